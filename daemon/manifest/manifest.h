// Manifest: describes one run, as a plain value. read_manifest() makes it from a file that a user wrote, the
// ledger from JSON. Every value in it is checked, and every default is filled in.
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

// The object store of s3:// URLs, and the credentials for it: the keys `store` and `credentials` of [data]
// and [results].
struct StoreChoice {
  std::string store;        // a name of [stores.NAME] in the daemon's settings; empty: the site's default
  std::string credentials;  // a name in the user's file of credentials; empty: see StoreAccess
  bool operator==(const StoreChoice&) const = default;
};

// The manifest's [data] table. `options` holds the keys that only the format's module interprets, as JSON.
struct DataSpec {
  std::string source;        // URL: "file:///srv/buckets/digits/digits.csv.gz", or a folder ending in '/'
  std::string format;        // a name in plugins/formats/table
  std::string label_source;  // the URL of the file with the labels, if `label` names one; else empty
  // The keys of the format; `shape`, where it was given. Names of files are in label_source instead.
  Json options = Json::object();
  double scale = 1;               // the network sees value × scale
  double test_fraction = 0;       // part of the samples held out, chosen by `seed`; 0 with a test_source
  std::string test_source;        // URL of a second source, for testing; empty: none
  std::string test_label_source;  // the URL of the file with its labels, if there is one; else empty
  std::uint64_t seed = 1;
  StoreChoice store;
  bool operator==(const DataSpec&) const = default;
};

// The manifest's [resources] table. The names hold only [A-Za-z0-9._-] (and ',' in the partitions of a batch
// script), so a name cannot change the meaning of a line of a batch script.
struct Resources {
  int nodes = 1;
  int gpus_per_node = 0;
  std::string gpu;                // "k40"; empty: any
  int ranks_per_node = 1;         // default: max(1, gpus_per_node)
  int cpus_per_rank = 1;          // [resources] cpus
  std::int64_t memory_bytes = 0;  // per node; 0: the partition's default
  std::chrono::seconds time_limit{3600};
  std::string partition, account, qos, plan;  // empty: the default
  int gpus_in_all = 0;  // total, if a batch script asks for a total on any number of nodes; else 0
  int gpus() const { return gpus_in_all > 0 ? gpus_in_all : nodes * gpus_per_node; }
  int ranks() const { return nodes * ranks_per_node; }
  bool operator==(const Resources&) const = default;
};

// The manifest's [train] table: the built-in trainer.
struct TrainSpec {
  std::string device = "gpu";  // gpu | cpu
  std::vector<LayerSpec> layers;
  TrainingSpec training;  // loss, epochs, batch_size, optimizer, seed
  bool operator==(const TrainSpec&) const = default;
};

// How the program of [command] is started.
enum class Launcher {
  single,  // once, on the first node
  mpi,     // by mpirun, once per rank
  srun,    // by srun, once per rank
};
// The manifest's [command] table: a program of the user's own.
struct CommandSpec {
  std::string run;    // for sh -c, in MODEL_DIR; can have several lines
  std::string setup;  // executed by the same shell before `run`: modules, a virtual environment
  std::string code;   // folder or archive, as written, relative to the manifest's folder; empty: none
  Launcher launcher = Launcher::single;
  std::map<std::string, std::string> environment;
  bool operator==(const CommandSpec&) const = default;
};

// Where and how a batch script was submitted: values that sbatch would have taken from its own process.
struct ScriptOrigin {
  std::string path;       // absolute path of the script
  std::string directory;  // absolute path of the current directory
  std::string host;
  int umask = 022;
  std::map<std::string, std::string> variables;  // environment variables that --export names without a value
  bool operator==(const ScriptOrigin&) const = default;
};

// One task of --array: its index, the number of tasks, and the least and the greatest index.
struct ArrayTask {
  int index = 0, count = 1, least = 0, most = 0;
  bool operator==(const ArrayTask&) const = default;
};

// A batch script for sbatch(1), executed as it is.
struct ScriptSpec {
  Shared<std::string> text;       // the whole file; begins with "#!"
  Json options = Json::object();  // of the #SBATCH lines: long name → value as sbatch_values.h reads it
  std::string job_name;           // as sbatch would name the job
  std::optional<ArrayTask> array_task;
  Shared<ScriptOrigin> origin;
  bool operator==(const ScriptSpec&) const = default;
};

struct Manifest {
  std::string name;              // of the run, for people: [A-Za-z0-9._-], at most 128 bytes
  std::optional<DataSpec> data;  // always there with [train]
  std::string results_target;    // URL ending in '/'; empty if a batch script has none: nothing is stored
  StoreChoice results_store;
  int umask = 022;  // of the submitter; applies to the files of stored results
  Resources resources;
  RetrySpec retry;
  std::variant<TrainSpec, CommandSpec, ScriptSpec> program;
  std::map<std::string, std::string> sweep;  // this run's swept values, for people: {"learning_rate": "0.1"}
  bool operator==(const Manifest&) const = default;
};

// Equal manifests have equal JSON text, and manifest_from_json(to_json(m)) == m. The …_from_json() functions
// throw Error{invalid}, naming the key, for JSON that to_json() did not make, such as that of another
// release.
Json to_json(const Manifest& manifest);
Json to_json(const DataSpec& data);
Json to_json(const ScriptOrigin& origin);
Manifest manifest_from_json(const Json& json);
DataSpec data_spec_from_json(const Json& json);
ScriptOrigin script_origin_from_json(const Json& json);

const char* to_string(Launcher launcher);
Launcher launcher_from(const std::string& name);  // throws Error{invalid} on an unknown name

}  // namespace trainyard
