// Parses the values of sbatch's options as Slurm 22.05 does. Each read_…() returns the value in the form that
// Manifests and JobRequests have, or throws Error{invalid}, whose words follow the option's name ("must be
// …"). Pure functions.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"

namespace trainyard::sbatch {

Json read_flag(const std::string& value);     // true
Json read_text(const std::string& value);     // one printable line, not empty
Json read_comment(const std::string& value);  // one printable line, or nothing
Json read_count(const std::string& value);    // an integer from 1
Json read_amount(const std::string& value);   // an integer from 0
Json read_size(const std::string& value);     // MiB, rounded up: "4000", "4G", "512K"
Json read_minutes(const std::string& value);  // rounded up: "30", "1:30:00", "2-12"; −1: no limit
Json read_moment(const std::string& value);   // the text, for moment_of(): "now+1hour", "16:00", "2030-01-31"
Json read_nodes(const std::string& value);    // {"min": 2, "max": 4}: "2", "2-4"
Json read_gpus(const std::string& value);     // the text, for gpus_in(): "2", "k40:2"
Json read_gres(const std::string& value);     // the text, for gpus_in_gres(): "gpu:k40:2,disk"
Json read_signal(
    const std::string& value);  // {"number": 10, "seconds": 60, "batch": true, "reservation": false}
// Parses --mail-type: ["begin", "end"]; [] if NONE is among the words. Like sbatch, ignores words that are no
// kind of mail if at least one other word is.
Json read_mail(const std::string& value);
Json read_switches(const std::string& value);  // {"count": 1, "seconds": 600}; −1 seconds: wait without limit
Json read_nice(const std::string& value);      // an integer; 100 if the value is empty
Json read_topology(const std::string& value);      // [2, 4, 1]: sockets, cores, threads, or the first of them
Json read_dependency(const std::string& value);    // the text: "afterok:17:18,afterany:20"
Json read_distribution(const std::string& value);  // the text in lower case: "block:cyclic", "plane=4"
Json read_export(const std::string& value);        // {"NAME": "value", "OTHER": null}; {} for NONE
Json read_exclusive(const std::string& value);     // "user" or "mcs"
Json read_no_kill(const std::string& value);       // true; false for "off"
Json read_yes_no(const std::string& value);        // true or false
Json read_zero_one(const std::string& value);      // true or false
Json read_open_mode(const std::string& value);     // "append" or "truncate"
Json read_gres_flags(const std::string& value);    // "enforce-binding" or "disable-binding"
Json read_hint(
    const std::string& value);  // "multithread", "nomultithread", "compute_bound" or "memory_bound"
Json read_partitions(const std::string& value);  // the text: "gpu,long"
Json read_name(const std::string& value);        // the text: of an account, a QOS
Json read_nodelist(const std::string& value);    // the text: "n[1-3],n7"
Json read_propagate(const std::string& value);   // "NONE"
Json read_array(const std::string& value);       // the indices: [0, 1, 2], ascending

// The number of GPUs that a text asks for, of all types together; their type if there is only one type.
struct GpuCount {
  int count = 0;
  std::string type;
};
GpuCount gpus_in(const std::string& gpus);       // a text of read_gpus()
GpuCount gpus_in_gres(const std::string& gres);  // a text of read_gres()

// Returns the time that a text of read_moment(), such as "now+1hour" or "16:00", stands for at the time
// `now`, in this host's time zone.
UtcSeconds moment_of(const std::string& moment, UtcSeconds now);

}  // namespace trainyard::sbatch
