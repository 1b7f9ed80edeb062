#include "daemon/manifest/sbatch_values.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/manifest/expansion.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/node.h"

namespace trainyard::sbatch {
namespace {

constexpr std::int64_t most_count = 1'000'000;

[[noreturn]] void wrong(const std::string& words) { throw Error(ErrorKind::invalid, words); }

std::string one_of(const std::string& value, const std::vector<std::string>& allowed) {
  std::string word = ascii_lower(value);
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
    wrong("must be " + join(allowed, " or "));
  return word;
}

// Removes a unit's letter (k, m, g, t, p) from the end of the text. Returns the factor: 1024 for "k", and so
// on; 1 without a letter.
std::int64_t take_factor(std::string& text) {
  constexpr std::string_view letters = "kmgtp";
  if (text.empty()) return 1;
  std::size_t place = letters.find(ascii_lower(text.substr(text.size() - 1)));
  if (place == std::string_view::npos) return 1;
  text.pop_back();
  return std::int64_t{1} << (10 * (place + 1));
}

// Parses "[[type:]count]", split at ':', into type and count; a missing count is 1.
GpuCount gpu_part(const std::vector<std::string>& words) {
  GpuCount part{1, ""};
  std::size_t at = 0;
  if (at < words.size() && !whole_number<std::int64_t>(words[at])) part.type = words[at++];
  if (!part.type.empty() && problem_with_name(part.type)) wrong("must be [type:]number: k40:2");
  if (at < words.size()) part.count = static_cast<int>(parse_whole_number(words[at++], 0, 10'000));
  if (at < words.size()) wrong("must be [type:]number: k40:2");
  return part;
}

void add(GpuCount& sum, const GpuCount& part, bool first) {
  sum.count += part.count;
  sum.type = first || sum.type == part.type ? part.type : "";
}

struct SignalName {
  const char* name;
  int number;
};
constexpr std::array signal_names{
    SignalName{"HUP", SIGHUP},   SignalName{"INT", SIGINT},   SignalName{"QUIT", SIGQUIT},
    SignalName{"ABRT", SIGABRT}, SignalName{"KILL", SIGKILL}, SignalName{"ALRM", SIGALRM},
    SignalName{"TERM", SIGTERM}, SignalName{"USR1", SIGUSR1}, SignalName{"USR2", SIGUSR2},
    SignalName{"URG", SIGURG},   SignalName{"CONT", SIGCONT}, SignalName{"STOP", SIGSTOP},
    SignalName{"TSTP", SIGTSTP}, SignalName{"TTIN", SIGTTIN}, SignalName{"TTOU", SIGTTOU},
    SignalName{"XCPU", SIGXCPU}};

int signal_number(const std::string& text) {
  std::string name = ascii_lower(text).starts_with("sig") ? text.substr(3) : text;
  for (const SignalName& signal : signal_names)
    if (ascii_lower(name) == ascii_lower(signal.name)) return signal.number;
  const auto number = whole_number(text, 1, 64);
  if (!number) wrong("must be a signal's name or number, then @ and seconds: B:USR1@120");
  return *number;
}

void add_range(std::vector<std::int64_t>& indices, const std::string& range) {
  std::vector<std::string> stepped = split(range, ':');
  std::vector<std::string> ends = split(stepped.front(), '-');
  std::int64_t first = parse_whole_number(ends.front(), 0, 4'000'000);
  std::int64_t last = parse_whole_number(ends.back(), first, 4'000'000);
  std::int64_t step = stepped.size() > 1 ? parse_whole_number(stepped[1], 1, 4'000'000) : 1;
  if (stepped.size() > 2 || ends.size() > 2) wrong("must be indices and ranges: 0-15, 1,3,7, 0-15:4");
  for (std::int64_t index = first; index <= last; index += step) {
    indices.push_back(index);
    if (indices.size() > most_runs) wrong("makes more than " + std::to_string(most_runs) + " runs");
  }
}

}  // namespace

Json read_flag(const std::string&) { return true; }

Json read_text(const std::string& value) {
  if (value.empty() || !is_one_printable_line(value)) wrong("must be a text of one line");
  return value;
}

Json read_count(const std::string& value) { return parse_whole_number(value, 1, most_count); }
Json read_amount(const std::string& value) { return parse_whole_number(value, 0, most_count); }

Json read_size(const std::string& value) {
  std::string digits = value;
  if (digits.size() > 1 && ascii_lower(digits).ends_with("b")) digits.pop_back();
  bool has_unit = !digits.empty() && !whole_number<std::int64_t>(digits);
  std::int64_t factor = has_unit ? take_factor(digits) : 1 << 20;
  const auto number = whole_number<std::int64_t>(digits, 0, (std::int64_t{1} << 50) / factor);
  if (!number || (has_unit && factor == 1)) wrong("must be a size, in megabytes or with a unit: 4000, 4G");
  return (*number * factor + (1 << 20) - 1) >> 20;
}

Json read_minutes(const std::string& value) {
  std::string word = ascii_lower(value);
  if (word == "infinite" || word == "unlimited" || word == "-1") return -1;
  try {
    return std::chrono::ceil<std::chrono::minutes>(parse_duration(value)).count();
  } catch (const Error&) {
    wrong("must be a time: 30 (minutes), 1:30:00, 2-12 (days and hours)");
  }
}

Json read_nodes(const std::string& value) {
  std::vector<std::string> ends = split(value, '-');
  if (ends.size() > 2) wrong("must be a number of nodes or a range: 2, 2-4");
  std::int64_t least = parse_whole_number(ends.front(), 1, 10'000);
  return {{"min", least}, {"max", parse_whole_number(ends.back(), least, 10'000)}};
}

GpuCount gpus_in(const std::string& gpus) {
  GpuCount sum;
  bool first = true;
  for (const std::string& part : split(gpus, ',')) {
    std::vector<std::string> words = split(part, ':');
    if (words.front() == "gpu") words.erase(words.begin());
    add(sum, gpu_part(words), first);
    first = false;
  }
  return sum;
}

GpuCount gpus_in_gres(const std::string& gres) {
  GpuCount sum;
  bool first = true;
  for (const std::string& part : split(gres, ',')) {
    std::vector<std::string> words = split(part, ':');
    if (words.front() == "gres") words.erase(words.begin());
    if (words.empty() || words.front() != "gpu") continue;
    words.erase(words.begin());
    add(sum, gpu_part(words), first);
    first = false;
  }
  return sum;
}

Json read_gpus(const std::string& value) {
  gpus_in(value);
  return value;
}

Json read_gres(const std::string& value) {
  read_text(value);
  for (const std::string& part : split(value, ','))
    for (const std::string& word : split(part, ':'))
      if (problem_with_name(word)) wrong("must be a list of resources: gpu:k40:2,disk:1");
  gpus_in_gres(value);
  return value;
}

Json read_signal(const std::string& value) {
  Json signal = {{"batch", false}, {"reservation", false}, {"seconds", 60}};
  std::string rest = value;
  for (std::size_t colon = 0; (colon = rest.find(':')) != std::string::npos; rest = rest.substr(colon + 1)) {
    std::string flag = one_of(rest.substr(0, colon), {"b", "r"});
    signal[flag == "b" ? "batch" : "reservation"] = true;
  }
  std::vector<std::string> parts = split(rest, '@');
  if (parts.size() > 2) wrong("must be a signal and seconds: USR1@120");
  signal["number"] = signal_number(parts[0]);
  if (parts.size() == 2) signal["seconds"] = parse_whole_number(parts[1], 0, 65'535);
  return signal;
}

Json read_comment(const std::string& value) { return value.empty() ? Json("") : read_text(value); }

Json read_mail(const std::string& value) {
  static const std::vector<std::string> kinds = {
      "begin",      "end",           "fail",          "requeue",       "all",         "stage_out",
      "time_limit", "time_limit_90", "time_limit_80", "time_limit_50", "array_tasks", "invalid_depend"};
  Json list = Json::array();
  for (const std::string& part : split(ascii_lower(value), ',')) {
    if (part == "none") return Json::array();
    if (std::find(kinds.begin(), kinds.end(), part) != kinds.end()) list.push_back(part);
  }
  if (list.empty()) {
    const std::string near = nearest(ascii_lower(value), kinds);
    wrong("names no kind of mail" +
          (near.empty() ? ": none, " + join(kinds, ", ") : "; did you mean " + near + '?'));
  }
  return list;
}

Json read_switches(const std::string& value) {
  std::vector<std::string> parts = split(value, '@');
  if (parts.size() > 2) wrong("must be a number, then perhaps @ and a time: 1@30");
  Json minutes = parts.size() == 2 ? read_minutes(parts[1]) : Json(-1);
  std::int64_t seconds = minutes.get<std::int64_t>() < 0 ? -1 : parse_duration(parts[1]).count();
  return {{"count", parse_whole_number(parts[0], 1, most_count)}, {"seconds", seconds}};
}

Json read_nice(const std::string& value) {
  return value.empty() ? 100 : parse_whole_number(value, -2'147'483'645, 2'147'483'645);
}

Json read_topology(const std::string& value) {
  Json counts = Json::array();
  for (const std::string& part : split(value, ':')) counts.push_back(parse_whole_number(part, 1, 65'533));
  if (counts.size() > 3) wrong("must be sockets, cores and threads: 2:4:1");
  return counts;
}

Json read_dependency(const std::string& value) {
  static const std::vector<std::string> kinds = {"after",     "afterany",   "afterburstbuffer",
                                                 "aftercorr", "afternotok", "afterok"};
  if (value.find('?') != std::string::npos && value.find(',') != std::string::npos)
    wrong("must join its parts by ',' or by '?', not by both");
  for (const std::string& part : split(value, value.find('?') == std::string::npos ? ',' : '?')) {
    std::vector<std::string> words = split(part, ':');
    if (ascii_lower(words[0]) == "singleton")
      wrong("cannot be singleton: Slurm tells jobs apart by their names, and Trainyard gives each its own");
    if (words.size() < 2 || std::find(kinds.begin(), kinds.end(), words[0]) == kinds.end())
      wrong("must be a list of kind:job: afterok:17:18,afterany:20");
    for (std::size_t i = 1; i < words.size(); ++i)
      if (words[i].empty() || words[i].find_first_not_of("0123456789_+*") != std::string::npos)
        wrong("must name jobs by their numbers: afterok:17:18");
  }
  return value;
}

Json read_distribution(const std::string& value) {
  std::string text = ascii_lower(value);
  std::vector<std::string> flags = split(text, ',');
  for (std::size_t i = 1; i < flags.size(); ++i) one_of(flags[i], {"pack", "nopack"});
  if (flags[0].starts_with("plane=")) {
    parse_whole_number(flags[0].substr(6), 1, 65'533);
    return text;
  }
  if (flags[0].starts_with("arbitrary"))
    wrong("cannot be arbitrary: it reads SLURM_HOSTFILE, a file beside sbatch");
  std::vector<std::string> levels = split(flags[0], ':');
  one_of(levels[0], {"block", "cyclic"});
  for (std::size_t i = 1; i < levels.size(); ++i) one_of(levels[i], {"block", "cyclic", "fcyclic"});
  if (levels.size() > 3) wrong("must have at most three levels: block:cyclic:cyclic");
  return text;
}

Json read_export(const std::string& value) {
  Json variables = Json::object();
  if (ascii_lower(value) == "none") return variables;
  for (const std::string& part : split(value, ',')) {
    std::size_t equals = part.find('=');
    std::string name = part.substr(0, equals);
    if (ascii_lower(name) == "all" && equals == std::string::npos)
      wrong("cannot be ALL: a shell's environment may hold secrets, and the ledger keeps what is submitted");
    if (problem_with_variable(name)) wrong("must be a list of variables: DATA,SEED=7");
    variables[name] = equals == std::string::npos ? Json() : Json(part.substr(equals + 1));
  }
  return variables;
}

Json read_exclusive(const std::string& value) {
  if (value.empty())
    wrong("gives a job all GPUs of its nodes, however many those are, and plans have to know before");
  return one_of(value, {"user", "mcs"});
}

Json read_no_kill(const std::string& value) {
  if (!value.empty()) one_of(value, {"off", "set"});
  return ascii_lower(value) != "off";
}

Json read_yes_no(const std::string& value) { return one_of(value, {"yes", "no"}) == "yes"; }
Json read_zero_one(const std::string& value) { return parse_whole_number(value, 0, 1) == 1; }

Json read_open_mode(const std::string& value) {
  std::string word = ascii_lower(value);
  if (word == "a") word = "append";
  if (word == "t") word = "truncate";
  return one_of(word, {"append", "truncate"});
}

Json read_gres_flags(const std::string& value) {
  return one_of(value, {"enforce-binding", "disable-binding"});
}

Json read_hint(const std::string& value) {
  return one_of(value, {"compute_bound", "memory_bound", "multithread", "nomultithread"});
}

Json read_name(const std::string& value) {
  if (auto problem = problem_with_name(value)) wrong(*problem);
  return value;
}

Json read_partitions(const std::string& value) {
  for (const std::string& part : split(value, ',')) read_name(part);
  return value;
}

Json read_nodelist(const std::string& value) {
  read_text(value);
  if (value.find('/') != std::string::npos)
    wrong("names a file of the host you submit from: write the nodes themselves, n[1-3]");
  return value;
}

Json read_propagate(const std::string& value) {
  if (ascii_lower(value) != "none")
    wrong("cannot take limits along: a run's limits are those of its nodes, whoever submits it from where");
  return "NONE";
}

Json read_array(const std::string& value) {
  if (value.find('%') != std::string::npos)
    wrong("cannot limit by % how many tasks run at a time yet: each is a run, and its plan is the limit");
  std::vector<std::int64_t> indices;  // an index that is written twice counts twice towards the limit
  for (const std::string& range : split(value, ',')) add_range(indices, range);
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return Json(indices);
}

}  // namespace trainyard::sbatch
