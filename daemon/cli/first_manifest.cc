#include "daemon/cli/first_manifest.h"

namespace trainyard {

const char* const first_train_manifest = R"(# A training manifest. All keys: man trainyard-manifest
# Check it:  trainyard submit --dry-run FILE        Train:  trainyard submit --wait FILE

name = "digits-mlp"     # for your eyes, in lists

[data]
source = "file:///srv/buckets/digits/digits.csv.gz"  # one object, or a folder ending in '/'
format = "csv"          # csv | idx | raw
label = 64              # the column with the answer, counted from 0
shape = [1, 8, 8]       # of one sample: channels, height, width
scale = 0.0625          # each value is multiplied by this; 0 to 16 becomes 0 to 1
test = 0.2              # this part is held out and measured after every epoch

[results]
target = "file:///srv/buckets/results/"  # receives training-<n>/ with model, metrics and logs

[resources]
nodes = 1
gpus_per_node = 1
# gpu = "k40"           # leave it out to take any
time_limit = "01:00:00"
# partition, account, qos and plan, if your site wants them

[train]
device = "cpu"          # leave it out to train on the GPUs asked for, once the trainer here has CUDA
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

const char* const first_command_manifest =
    R"(# A training manifest for a program of your own. All keys: man trainyard-manifest
# Check it:  trainyard submit --dry-run FILE        Train:  trainyard submit --wait FILE

name = "my-training"    # for your eyes, in lists

[data]                  # arrives in $DATA_DIR before the program starts; leave it out if there is none
source = "file:///srv/buckets/digits/"   # one object, or a folder ending in '/'

[results]
target = "file:///srv/buckets/results/"  # receives training-<n>/ with all you write to $RESULT_DIR, and logs

[resources]
nodes = 1
gpus_per_node = 1
# gpu = "k40"           # leave it out to take any
# ranks_per_node = 1    # processes; one per GPU unless you say otherwise
# cpus = 4              # for each process
time_limit = "01:00:00"

[command]
run = "python3 train.py"
code = "./src"          # this folder is packed and sent along; the program starts in it
launcher = "single"     # single | mpi | srun: how many processes, and who starts them
# setup = "module load openmpi"          # by sh, before the program
)";

}  // namespace trainyard
