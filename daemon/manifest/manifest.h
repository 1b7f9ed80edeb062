// Manifest: what one training run is to do, as a plain value. Made by read_manifest() from a person's file,
// or from JSON by the ledger; every value in it is checked and every default filled in.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/json.h"
#include "daemon/base/shared.h"
#include "daemon/manifest/retry_causes.h"
#include "kernels/spec/layer.h"
#include "kernels/spec/training.h"

namespace trainyard {

// [data]. What the format's module understands travels to it as JSON.
struct DataSpec {
  std::string source;        // URL: "file:///srv/buckets/digits/digits.csv.gz", or a folder ending in '/'
  std::string format;        // csv | idx | raw
  std::string label_source;  // idx: the URL of the file with the labels; else empty
  // csv: label (a column's number from 0, or its name), header (bool); csv and idx: shape, where it was given
  Json options = Json::object();
  double scale = 1;               // value × scale is what the network sees
  double test_fraction = 0;       // held out, chosen by `seed`; 0 when test_source names a second source
  std::string test_source;        // URL, as source
  std::string test_label_source;  // idx: as label_source
  std::uint64_t seed = 1;
  bool operator==(const DataSpec&) const = default;
};

// [resources]. The names hold [A-Za-z0-9._-] only, so none can break out of a line of a batch script.
struct Resources {
  int nodes = 1;
  int gpus_per_node = 0;
  std::string gpu;                // "k40"; empty: any
  int ranks_per_node = 1;         // default: max(1, gpus_per_node)
  int cpus_per_rank = 1;          // [resources] cpus
  std::int64_t memory_bytes = 0;  // per node; 0: the partition's default
  std::chrono::seconds time_limit{3600};
  std::string partition, account, qos, plan;  // empty: the default
  int gpus_in_all = 0;  // where a batch script asks for so many, on whatever nodes; else 0
  int gpus() const { return gpus_in_all > 0 ? gpus_in_all : nodes * gpus_per_node; }
  int ranks() const { return nodes * ranks_per_node; }
  bool operator==(const Resources&) const = default;
};

// [train]: the built-in trainer.
struct TrainSpec {
  std::string device = "gpu";  // gpu | cpu
  std::vector<LayerSpec> layers;
  TrainingSpec training;  // loss, epochs, batch_size, optimizer, seed
  bool operator==(const TrainSpec&) const = default;
};

// [command]: a program of one's own.
enum class Launcher {
  single,  // once, on the first node
  mpi,     // by mpirun, once per rank
  srun,    // by srun, once per rank
};
struct CommandSpec {
  std::string run;    // for sh -c, in MODEL_DIR; may be several lines
  std::string setup;  // sourced by sh before it: modules, a virtual environment
  std::string code;   // a folder or archive as written; empty: none. Relative to the manifest's folder
  Launcher launcher = Launcher::single;
  std::map<std::string, std::string> environment;
  bool operator==(const CommandSpec&) const = default;
};

// Where a batch script was submitted: what sbatch would have found there.
struct ScriptOrigin {
  std::string path;       // of the script, whole
  std::string directory;  // whole
  std::string host;
  int umask = 022;
  std::map<std::string, std::string> variables;  // those that --export names without a value
  bool operator==(const ScriptOrigin&) const = default;
};

// One of the tasks of --array.
struct ArrayTask {
  int index = 0, count = 1, least = 0, most = 0;
  bool operator==(const ArrayTask&) const = default;
};

// A batch script for sbatch(1), executed as it is.
struct ScriptSpec {
  Shared<std::string> text;       // the whole file; begins with "#!"
  Json options = Json::object();  // of its #SBATCH lines: long name → what sbatch_values.h makes of the value
  std::string job_name;           // as sbatch would have it
  std::optional<ArrayTask> array_task;
  Shared<ScriptOrigin> origin;
  bool operator==(const ScriptSpec&) const = default;
};

struct Manifest {
  std::string name;              // of the run, for people: [A-Za-z0-9._-], at most 128
  std::optional<DataSpec> data;  // always there with [train]
  std::string results_target;    // ends in '/'; empty with a batch script that names none: nothing is stored
  int umask = 022;               // of whoever submits: what the modes of stored results lack
  Resources resources;
  RetrySpec retry;
  std::variant<TrainSpec, CommandSpec, ScriptSpec> program;
  std::map<std::string, std::string> sweep;  // this run's swept values, for people: {"learning_rate": "0.1"}
  bool operator==(const Manifest&) const = default;
};

// Equal manifests have equal text. from_json(to_json(m)) == m; it throws Error{invalid} naming the key for
// JSON that to_json() did not make, such as that of another release.
Json to_json(const Manifest& manifest);
Json to_json(const DataSpec& data);
Json to_json(const ScriptOrigin& origin);
Manifest manifest_from_json(const Json& json);
DataSpec data_spec_from_json(const Json& json);
ScriptOrigin script_origin_from_json(const Json& json);

const char* to_string(Launcher launcher);
Launcher launcher_from(const std::string& name);  // throws Error{invalid} on an unknown name

}  // namespace trainyard
