// trainyard init: a first manifest, with comments that say what to change.
#include "daemon/base/fd.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/first_manifest.h"

namespace trainyard {
namespace {

constexpr const char* default_file = "training.toml";

int run_init(Context& context, const Arguments& arguments) {
  std::string file = arguments.text("FILE", default_file);
  const char* manifest = arguments.has("--command") ? first_command_manifest : first_train_manifest;
  if (file == "-") {
    context.print(manifest);
    return 0;
  }
  if (!create_exclusively(file, manifest, 0644))
    throw Error(ErrorKind::invalid, file + " is there already and stays as it is; name another file");
  context.print("wrote " + file + "\nnext: write your data and results into it, then 'trainyard submit " +
                file + " --dry-run'\n");
  return 0;
}

}  // namespace

Command init_command() {
  return {"init",
          "Write a first manifest, with comments that say what to change",
          "An existing file is never overwritten.",
          {{"FILE", "the file to write; - is stdout (training.toml)", false, false, Completes::files}},
          {{"--command", "", "for a program of your own instead of the built-in trainer", {}}},
          {{"trainyard init digits.toml", "a network for images of digits"},
           {"trainyard init mine.toml --command", "run your own train.py under MPI"}},
          run_init};
}

}  // namespace trainyard
