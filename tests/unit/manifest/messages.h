// What the tests of manifests share: the problems of a text as a user sees them, and texts to change.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/manifest/read_manifest.h"

namespace trainyard {

// Reads `text` as m.toml. Returns its problems, such as "m.toml:7:1: gpus_per_nodes: unknown key; did you
// mean gpus_per_node?"; empty if there are none.
inline std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> messages;
  try {
    read_manifest(text, "m.toml");
  } catch (const Error& error) {
    for (const Problem& problem : error.problems()) messages.push_back(to_string(problem));
    if (messages.empty()) messages.push_back(std::string("no problems, but: ") + error.what());
  }
  return messages;
}

// A valid manifest of a training by the built-in trainer.
inline const std::string sketch = R"(name = "digits-mlp"
[data]
source = "file:///srv/buckets/digits/digits.csv.gz"
format = "csv"
label = 64
scale = 0.0625
shape = [1, 8, 8]
test = 0.2
[results]
target = "file:///srv/buckets/results/"
[resources]
nodes = 2
gpus_per_node = 1
gpu = "k40"
time_limit = "00:10:00"
[train]
device = "cpu"
layers = [{ dense = 128, activation = "relu" }, { dense = 10 }]
epochs = 20
batch_size = 64
optimizer = { sgd = { learning_rate = 0.1, momentum = 0.9 } }
seed = 1
)";

inline const std::string own_program = R"(name = "mine"
[results]
target = "file:///srv/results"
[command]
run = "python3 train.py --lr 0.1"
)";

inline std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
  std::size_t at = text.find(what);
  if (at == std::string::npos)
    throw Error(ErrorKind::internal, "the test replaces what is not there: " + what);
  return text.replace(at, what.size(), with);
}

}  // namespace trainyard
