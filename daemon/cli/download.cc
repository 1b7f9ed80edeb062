// trainyard download: fetches a run's results from the store. The agent's program does it, as this user.
#include <vector>

#include "daemon/base/error.h"
#include "daemon/cli/agent.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/run_ids.h"

namespace trainyard {
namespace {

int run_download(Context& context, const Arguments& arguments) {
  const std::int64_t id = run_id_from(arguments.text("RUN"));
  const std::string name = "training-" + std::to_string(id);
  Json results = context.daemon().get(run_target(id, "results"));
  std::string url = get<std::string>(results, "url");
  if (!get<bool>(results, "stored"))
    throw Error(ErrorKind::not_found,
                name + " has no results yet; 'trainyard show " + std::to_string(id) + "' says why");

  std::string directory = arguments.text("--into", name);
  const bool json = arguments.has("--json");
  if (!json) context.print("fetching " + url + " into " + directory + '\n');
  std::vector<std::string> words{"fetch", url, directory};
  if (results.contains("store")) words.insert(words.end(), {"--store", results["store"].dump()});
  if (const std::string pattern = arguments.text("PATTERN", ""); !pattern.empty())
    words.insert(words.end(), {"--pattern", pattern});
  for (const char* option : {"--overwrite", "--dry-run", "--json"})
    if (arguments.has(option)) words.emplace_back(option);
  become_agent(words);
}

}  // namespace

Command download_command() {
  return {"download",
          "Fetch a run's results",
          "Files that are there already with the same contents are not fetched again. A download that was "
          "interrupted "
          "goes on where it was when it is repeated.",
          {{"RUN", "42 or training-42"},
           {"PATTERN", "only files whose names match, such as 'results/*.h5'; * matches / too", false}},
          {{"--into",
            "DIRECTORY",
            "the folder for the files; made if needed (training-42)",
            {},
            false,
            Completes::directories},
           {"--overwrite", "", "replace files that have other contents", {}},
           {"--dry-run,-n", "", "fetch nothing; show what would be fetched", {}},
           {"--json", "", "print a JSON object for each file instead", {}}},
          {{"trainyard download 42", "the model, metrics and logs of run 42, into training-42"},
           {"trainyard download 42 'results/*.h5' --into models", "only the models"}},
          run_download};
}

}  // namespace trainyard
