#include "daemon/cli/first_manifest.h"

#include <string_view>

#include "daemon/base/error.h"
#include "daemon/manifest/name_rules.h"

namespace trainyard {
namespace {

// The texts of manifests below have this mark in place of the URL of the user's folder.
constexpr std::string_view folder_mark = "@FOLDER@";

constexpr const char* train_manifest = R"(# A training manifest. All keys: man trainyard-manifest
# 1. Put your data where [data] says, or say where they are. Compute nodes must see the place, too.
# 2. Check it:  trainyard submit --dry-run FILE        3. Train:  trainyard submit --wait FILE

name = "digits-mlp"     # for your eyes, in lists

[data]
source = "@FOLDER@digits.csv"  # one object, .gz too, or a folder ending in '/'
format = "csv"          # csv | idx | npz | images | … | raw
label = 64              # the column with the answer, counted from 0
shape = [1, 8, 8]       # of one sample: channels, height, width
scale = 0.0625          # each value is multiplied by this; 0 to 16 becomes 0 to 1
test = 0.2              # this part is held out and measured after every epoch

[results]
target = "@FOLDER@results/"    # receives training-<n>/ with model, metrics and logs

[resources]
nodes = 1
cpus = 1                # for each process
time_limit = "01:00:00"
# partition, account, qos and plan, if your site wants them

[train]
device = "cpu"          # the trainer of this release has no CUDA yet
layers = [
  { dense = 128, activation = "relu" },
  { dense = 10 },       # the last layer: one number per class
]
epochs = 20
batch_size = 64         # of all processes together
optimizer = { sgd = { learning_rate = 0.1, momentum = 0.9 } }
seed = 1

# One run for each value; several keys give every combination:
# [sweep]
# learning_rate = [0.1, 0.01]
)";

constexpr const char* command_manifest =
    R"(# A training manifest for a program of your own. All keys: man trainyard-manifest
# Check it:  trainyard submit --dry-run FILE        Train:  trainyard submit --wait FILE

name = "my-training"    # for your eyes, in lists

# [data]                # arrives in $DATA_DIR before the program starts
# source = "@FOLDER@data/"     # one object, or a folder ending in '/'; compute nodes must see it

[results]
target = "@FOLDER@results/"    # receives training-<n>/: all files in $RESULT_DIR, and logs

[resources]
nodes = 1
# gpus_per_node = 1     # without it the program gets no GPU
# gpu = "k40"           # leave it out to take any
# ranks_per_node = 1    # processes; one per GPU unless you say otherwise
cpus = 1                # for each process
time_limit = "01:00:00"

[command]
run = 'hostname > "$RESULT_DIR/answer.txt"'   # your program: "python3 train.py"
# code = "./src"        # this folder is packed and sent along; the program starts in it
launcher = "single"     # single | mpi | srun: how many processes, and who starts them
# setup = "module load openmpi"          # by sh, before the program
)";

// Escapes a text so that it can stand between double quotes in TOML.
std::string quoted(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result;
}

std::string in_folder(const std::string& manifest, const std::string& folder) {
  const std::string url = "file://" + folder + (folder.ends_with('/') ? "" : "/");
  if (auto problem = problem_with_url(url + "results/"))
    throw Error(ErrorKind::invalid, folder + ": a manifest cannot name this folder, for a URL " + *problem +
                                        "; write the manifest into another folder");
  std::string text = manifest;
  for (std::size_t at; (at = text.find(folder_mark)) != std::string::npos;)
    text.replace(at, folder_mark.size(), quoted(url));
  return text;
}

}  // namespace

std::string first_train_manifest(const std::string& folder) { return in_folder(train_manifest, folder); }
std::string first_command_manifest(const std::string& folder) { return in_folder(command_manifest, folder); }

}  // namespace trainyard
