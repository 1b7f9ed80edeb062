// trainyard-agent: the program that runs inside every job, as the user who owns the run. Each kind of job has
// a subcommand.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "daemon/agent/fetch.h"
#include "daemon/agent/rank.h"
#include "daemon/agent/run.h"
#include "daemon/agent/send.h"
#include "daemon/agent/stage.h"
#include "daemon/agent/store.h"
#include "daemon/agent/verify.h"
#include "daemon/agent/write_evidence.h"
#include "daemon/base/command_help.h"
#include "daemon/base/command_line.h"
#include "daemon/base/error.h"
#include "daemon/base/printable.h"

namespace trainyard {
namespace {

struct Subcommand {
  Syntax syntax;
  const char* summary;
  int (*perform)(const Arguments& given);
};

const Option store_option{"--store", "JSON", "how the store of s3:// is reached, as trainyardd tells it", {}};
mode_t umask_of_the_caller = 0;

const Option help_option{"--help,-h", "", "explain", {}};
const Argument stage_file{"STAGE.json", "the request, written by trainyardd"};
const Argument launch_file{"LAUNCH.json", "the request, written by trainyardd"};

StoreAccess store_given(const Arguments& given) {
  if (!given.has("--store")) return {};
  return store_access_from_json(parse_json(given.text("--store"), "--store"));
}

FetchRequest fetch_request(const Arguments& given) {
  FetchRequest request;
  request.url = given.text("URL");
  request.directory = given.text("DIRECTORY");
  request.pattern = given.text("--pattern", "");
  request.overwrites = given.has("--overwrite");
  request.is_dry_run = given.has("--dry-run");
  request.as_json = given.has("--json");
  request.store = store_given(given);
  return request;
}

SendRequest send_request(const Arguments& given) {
  SendRequest request;
  request.path = given.text("PATH");
  request.url = given.text("URL");
  request.overwrites = given.has("--overwrite");
  request.is_dry_run = given.has("--dry-run");
  request.as_json = given.has("--json");
  request.store = store_given(given);
  return request;
}

VerifyRequest verify_request(const Arguments& given) {
  constexpr std::int64_t most = std::int64_t{1} << 60;
  VerifyRequest request;
  request.directory = given.text("DIRECTORY");
  request.is_raw = given.has("--raw");
  request.size_bytes = given.integer("--size", 0, 0, most);
  request.samples = given.integer("--samples", 0, 0, most);
  request.test_samples = given.integer("--test-samples", 0, 0, most);
  request.as_json = given.has("--json");
  return request;
}

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> all{
      {{"trainyard-agent stage", {stage_file}, {help_option}},
       "bring a data set to scratch",
       [](const Arguments& given) { return stage(given.text("STAGE.json")); }},
      {{"trainyard-agent run", {launch_file}, {help_option}},
       "claim an attempt and execute it",
       [](const Arguments& given) { return run(given.text("LAUNCH.json")); }},
      {{"trainyard-agent store", {launch_file}, {help_option}},
       "bring results and logs to the object store",
       [](const Arguments& given) { return store(given.text("LAUNCH.json")); }},
      {{"trainyard-agent fetch",
        {{"URL", "file:///folder/ or s3://bucket/folder/"}, {"DIRECTORY", "made where it is not there"}},
        {{"--pattern", "PATTERN", "only objects whose names match, as *.h5; * matches / too", {}},
         {"--overwrite", "", "replace files that have other contents", {}},
         {"--dry-run", "", "fetch nothing; print what would be fetched", {}},
         {"--json", "", "print a JSON object per line", {}},
         store_option,
         help_option}},
       "copy all objects below a URL into a folder",
       [](const Arguments& given) { return fetch(fetch_request(given)); }},
      {{"trainyard-agent verify",
        {{"DIRECTORY", "of a staged data set"}},
        {{"--raw", "", "it has files, not a scratch file", {}},
         {"--size", "BYTES", "the size that was noted", {}},
         {"--samples", "N", "the samples that were noted", {}},
         {"--test-samples", "N", "the held-out samples that were noted", {}},
         {"--json", "", "print a JSON object", {}},
         help_option}},
       "compare a staged data set with what was noted",
       [](const Arguments& given) { return verify(verify_request(given)); }},
      {{"trainyard-agent send",
        {{"PATH", "a file or a folder"}, {"URL", "file:///folder/ or s3://bucket/folder/"}},
        {{"--overwrite", "", "replace objects that have other contents", {}},
         {"--dry-run", "", "store nothing; print what would be stored", {}},
         {"--json", "", "print a JSON object per line", {}},
         store_option,
         help_option}},
       "store a file, or all files of a folder, below a URL",
       [](const Arguments& given) {
         ::umask(umask_of_the_caller);  // objects of file:// are as open to others as the user's other files
         return send(send_request(given));
       }},
      {{"trainyard-agent rank",
        {{"PROGRAM", "behind --: the program and its arguments", true, true}},
        {help_option}},
       "become one rank of a run; started by mpirun or srun",
       [](const Arguments& given) -> int { become_rank(given.all("PROGRAM")); }}};
  return all;
}

std::string name_of(const Subcommand& subcommand) {
  return subcommand.syntax.name.substr(subcommand.syntax.name.find(' ') + 1);
}

std::string help_overview() {
  std::string text =
      "usage: trainyard-agent COMMAND ...\n\n"
      "Does the work of Trainyard inside a job: see trainyard-agent(1).\n\ncommands:\n";
  for (const Subcommand& subcommand : subcommands())
    text += two_columns(name_of(subcommand), subcommand.summary, 13);
  return text;
}

std::string help_of(const Subcommand& subcommand) {
  return fmt::format("{}\n{}\n\narguments:\n{}\noptions:\n{}", usage_line(subcommand.syntax),
                     subcommand.summary, arguments_text(subcommand.syntax.arguments),
                     options_text(subcommand.syntax.options));
}

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0; }

const Subcommand& subcommand_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Subcommand& subcommand : subcommands()) {
    names.push_back(name_of(subcommand));
    if (names.back() == name) return subcommand;
  }
  throw Error(ErrorKind::invalid,
              fmt::format("trainyard-agent has no command {}{}\nsee trainyard-agent --help", name,
                          did_you_mean(name, names)));
}

// Returns the action that the command line asks for. Error{invalid} names a mistake in it.
std::function<int()> action_of(std::vector<std::string> words) {
  const std::string first = words.empty() ? "" : words.front();
  if (first == "--version") return [] { return print("trainyard-agent " TRAINYARD_VERSION "\n"); };
  if (first == "--help" || first == "-h") return [] { return print(help_overview()); };
  if (first.empty())
    throw Error(ErrorKind::invalid, "trainyard-agent: a command is missing\nsee trainyard-agent --help");
  const Subcommand& subcommand = subcommand_named(first);
  words.erase(words.begin());
  const Arguments given = parse_words(subcommand.syntax, words);
  if (given.has("--help")) return [&subcommand] { return print(help_of(subcommand)); };
  check_complete(subcommand.syntax, given);
  return [&subcommand, given] { return subcommand.perform(given); };
}

int fail(const std::string& message, ErrorKind kind) {
  std::fprintf(stderr, "%s\n", printable_lines(message).c_str());
  return agent_exit_code(kind);
}

int perform(const std::function<int()>& action) {
  try {
    return action();
  } catch (const Error& e) {
    return fail(std::string("trainyard-agent: ") + e.what(), e.kind());
  } catch (const std::exception& e) {
    return fail(std::string("trainyard-agent: ") + e.what(), ErrorKind::internal);
  }
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  trainyard::umask_of_the_caller = ::umask(077);  // only the run's user can read its files
  try {
    return trainyard::perform(trainyard::action_of({words + 1, words + count}));
  } catch (const trainyard::Error& e) {
    return trainyard::fail(e.what(), e.kind());
  }
}
