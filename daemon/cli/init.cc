// trainyard init: writes a first manifest, with comments that say what to change.
#include <sys/stat.h>

#include <filesystem>

#include "daemon/base/command_line.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/first_manifest.h"
#include "daemon/cli/script_origin.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr const char* default_file = "training.toml";

// Returns the folder of `file` as an absolute path. Symbolic links stay in the path as the user sees them.
std::string folder_of(const std::string& file) {
  const fs::path folder = fs::path(file).parent_path();
  const fs::path whole = (fs::path(this_directory()) / folder).lexically_normal();
  return whole.has_filename() ? whole.string() : whole.parent_path().string();
}

unsigned mode_of_new_file() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0644 & ~mask;
}

int run_init(Context& context, const Arguments& arguments) {
  std::string file = arguments.text("FILE", default_file);
  const std::string folder = file == "-" ? this_directory() : folder_of(file);
  const std::string manifest =
      arguments.has("--command") ? first_command_manifest(folder) : first_train_manifest(folder);
  if (file == "-") {
    context.print(manifest);
    return 0;
  }
  if (!create_exclusively(file, manifest, mode_of_new_file()))
    throw Error(ErrorKind::invalid, file + " is there already and stays as it is; name another file");
  const char* next = arguments.has("--command") ? "put your program into it" : "put your data where it says";
  context.print("wrote " + file + "\nnext: " + next + ", then 'trainyard submit " + file + " --dry-run'\n");
  return 0;
}

}  // namespace

Command init_command() {
  return {"init",
          "Write a first manifest, with comments that say what to change",
          "The data are looked for, and the results go, in the folder of the file, until you name other "
          "places in it. An existing file is never overwritten.",
          {{"FILE", "the file to write; - is stdout (training.toml)", false, false, Completes::files}},
          {{"--command", "", "for a program of your own instead of the built-in trainer", {}}},
          {{"trainyard init digits.toml", "a network for images of digits"},
           {"trainyard init mine.toml --command", "a program of your own"}},
          run_init};
}

}  // namespace trainyard
