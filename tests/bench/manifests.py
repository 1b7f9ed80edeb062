"""The manifests of the measured runs, and the batch scripts that do the same without Trainyard."""


def training(results, learning_rates=None):
    """Returns the manifest of a typical run of the built-in trainer; with learning rates, of a sweep."""
    sweep = f"[sweep]\nlearning_rate = {learning_rates}\n" if learning_rates else ""
    return f"""name = "digits-mlp"
[data]
source = "file:///srv/buckets/digits/digits.csv.gz"
format = "csv"
label = 64
scale = 0.0625
test = 0.2
[results]
target = "{results}"
[resources]
nodes = 2
gpus_per_node = 1
[train]
device = "cpu"
layers = [{{ dense = 128, activation = "relu" }}, {{ dense = 10 }}]
epochs = 20
batch_size = 64
optimizer = {{ sgd = {{ learning_rate = 0.1, momentum = 0.9 }} }}
{sweep}"""


def command(results, run, *, data=None, sweep=None, seconds=600):
    """Returns the manifest of a run of the script `run` on one GPU. `sweep`: placeholder's name → values."""
    parts = ['name = "mine"']
    if data:
        parts.append(f'[data]\nsource = "{data}"\nformat = "raw"')
    parts.append(f'[results]\ntarget = "{results}"\n[resources]\ngpus_per_node = 1\n'
                 f'time_limit = "{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"\n'
                 f"[command]\nrun = '''\n{run}\n'''")
    if sweep:
        parts.append("[sweep]\n" + "\n".join(f"{name} = {values}" for name, values in sweep.items()))
    return "\n".join(parts) + "\n"


def batch_script(body):
    return f"#!/bin/sh\n#SBATCH --nodes=1 --ntasks=1 --gres=gpu:1 --time=10 --output=/dev/null\n{body}\n"


def store_script(body):
    return f"#!/bin/sh\n#SBATCH --nodes=1 --ntasks=1 --time=10 --output=/dev/null\n{body}\n"
