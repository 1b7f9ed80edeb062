#include "daemon/agent/script.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr int script_stdout = 3;
constexpr int script_stderr = 4;

fs::path file_behind(int fd) {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored);
}

// Makes the link `name` to the file behind `fd`, so that `trainyard logs` and the store job find output that
// the script's options send elsewhere.
void link_log(const Launch& launch, int fd, const char* name) {
  const std::string log = join_path(launch.directory, name);
  const fs::path file = file_behind(fd);
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return;
  disk().remove(AT_FDCWD, log.c_str(), 0);
  disk().symlink(file.c_str(), log.c_str());
}

}  // namespace

void prepare_script(const Launch& launch) {
  const auto* script = std::get_if<ScriptSpec>(&launch.manifest.program);
  if (!script) return;
  write_atomically(join_path(launch.directory, layout::script_file), *script->text, 0700);
  link_log(launch, script_stdout, layout::training_log);
  if (file_behind(script_stderr) != file_behind(script_stdout))
    link_log(launch, script_stderr, layout::error_log);
}

void run_as_batch_script(const Launch& launch, ChildSpec& child) {
  const auto* script = std::get_if<ScriptSpec>(&launch.manifest.program);
  if (!script) return;
  child.working_directory = fs::current_path();
  child.stdout_fd = script_stdout;
  child.stderr_fd = script_stderr;
  child.umask = script->origin->umask;
  child.for_child_alone = {SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGURG, SIGXCPU};
}

}  // namespace trainyard
