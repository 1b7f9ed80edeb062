// trainyard submit: submits manifests, which become runs. Checks the manifests of all files before it submits
// the first, so that all problems are shown at once.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "daemon/base/archive.h"
#include "daemon/base/clock.h"
#include "daemon/base/command_line.h"
#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/script_origin.h"
#include "daemon/cli/submit_answer.h"
#include "daemon/cli/value_format.h"
#include "daemon/cli/wait.h"
#include "daemon/manifest/read_manifest.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_manifest_bytes = 256 << 10;
constexpr std::int64_t most_code_bytes = std::int64_t{4} << 30;  // the daemon's own limit is lower

struct Submission {
  std::string file, text;
  std::vector<Manifest> manifests;
};

std::string read_stdin() {
  std::string text;
  char buffer[1 << 16];
  ssize_t got = 0;
  while ((got = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(got));
    if (static_cast<std::int64_t>(text.size()) > most_manifest_bytes)
      throw Error(ErrorKind::invalid,
                  "the manifest on stdin is larger than " + format_size(most_manifest_bytes));
  }
  if (got < 0) throw_errno("read the manifest from stdin");
  return text;
}

Submission read_submission(Context& context, const std::string& file) {
  Submission submission{file == "-" ? "stdin" : file,
                        file == "-" ? read_stdin() : read_file_or_pipe(file, most_manifest_bytes),
                        {}};
  context.sources[submission.file] = submission.text;
  submission.manifests = read_manifest(submission.text, submission.file);
  return submission;
}

// Reads all manifests. Throws one Error with the problems of all files.
std::vector<Submission> read_all(Context& context, const std::vector<std::string>& files) {
  std::vector<Submission> submissions;
  std::vector<Problem> problems;
  for (const std::string& file : files) {
    try {
      submissions.push_back(read_submission(context, file));
    } catch (const Error& e) {
      if (e.problems().empty()) throw;
      problems.insert(problems.end(), e.problems().begin(), e.problems().end());
    }
  }
  if (!problems.empty()) throw Error(std::move(problems));
  return submissions;
}

// A random file name under TMPDIR. The destructor removes the file.
class TemporaryFile {
 public:
  TemporaryFile()
      : path_((fs::temp_directory_path() / ("trainyard-code-" + random_hex(8) + ".tar")).string()) {}
  ~TemporaryFile() { try_to_remove_tree(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

fs::path code_path(const Submission& submission, const std::string& code) {
  fs::path folder = submission.file == "stdin" ? fs::current_path() : fs::path(submission.file).parent_path();
  fs::path path = folder / code;
  if (!fs::exists(path))
    throw Error(ErrorKind::not_found,
                fmt::format("{}: [command] code = \"{}\" is not there", submission.file, code));
  return path;
}

// Uploads the code that the manifest names, unless the daemon has it, and returns its digest; empty if the
// manifest names no code. A dry run packs the code, but does not upload it.
std::string upload_code(Context& context, const Submission& submission, bool dry_run) {
  const auto* command = std::get_if<CommandSpec>(&submission.manifests.front().program);
  if (command == nullptr || command->code.empty()) return "";
  fs::path path = code_path(submission, command->code);
  TemporaryFile packed;
  bool is_folder = fs::is_directory(path);
  if (is_folder) pack_folder(path.string(), packed.path(), most_code_bytes);
  std::string archive = is_folder ? packed.path() : path.string();
  std::string digest = sha256_of_file(archive);
  if (!dry_run) context.daemon().upload_code(digest, archive);
  return digest;
}

// Returns the client id of the request that submits the file at `index`. Each file of a command is a request
// of its own.
std::string client_id_for(const std::string& given, std::size_t index) {
  if (given.empty()) return random_hex(16);
  return index == 0 ? given : given + '-' + std::to_string(index + 1);
}

int run_submit(Context& context, const Arguments& arguments) {
  const bool dry_run = arguments.has("--dry-run");
  std::vector<Submission> submissions = read_all(context, arguments.all("FILE"));
  std::vector<std::int64_t> run_ids;
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    const Submission& submission = submissions[i];
    Json request = {{"client_id", client_id_for(arguments.text("--client-id"), i)},
                    {"file", submission.file},
                    {"manifest", submission.text},
                    {"code", upload_code(context, submission, dry_run)},
                    {"dry_run", dry_run},
                    {"umask", this_umask()},
                    {"from", script_origin(submission.manifests.front(), submission.file)},
                    {"set", Json::object()}};
    if (!arguments.has("--json")) context.print(script_note(submission.manifests.front(), submission.file));
    Json answer = context.daemon().post_repeatable("/v1/runs", request);
    if (arguments.has("--json"))
      context.print_json(answer);
    else
      context.print(dry_run ? dry_run_text(submission.file, answer)
                            : submitted_text(submission.file, answer));
    for (const Json& id : get<Json>(answer, "runs")) run_ids.push_back(id.get<std::int64_t>());
  }
  if (dry_run) return 0;
  if (arguments.has("--wait")) return wait_for_runs(context, run_ids, arguments.has("--json"));
  if (!arguments.has("--json")) context.print(next_steps_text(run_ids));
  return 0;
}

}  // namespace

Command submit_command() {
  return {"submit",
          "Submit manifests: each becomes a run, or several with [sweep]",
          "The manifest is checked first; every problem is shown with its line, and nothing is "
          "submitted unless all files are right. The manifest's folder of code is packed and "
          "uploaded once.",
          {{"FILE", "a manifest, trainyard-manifest(5); - is stdin", true, true, Completes::files}},
          {{"--wait,-w", "", "show progress until all runs are over; exit code 1 unless all completed", {}},
           {"--dry-run,-n", "", "submit nothing; show jobs, GPUs, data, and what the plan leaves free", {}},
           {"--client-id", "ID", "submit once only: a repetition with this id makes no new runs", {}},
           json_option()},
          {{"trainyard submit digits.toml --wait",
            "train, and show the epochs; the exit code says whether it completed"},
           {"trainyard submit sweep.toml --dry-run", "how many runs and GPUs a sweep asks for"}},
          run_submit};
}

}  // namespace trainyard
