#include "daemon/manifest/read_sbatch.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/text.h"
#include "daemon/manifest/expansion.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/read_manifest.h"
#include "daemon/manifest/read_toml.h"
#include "daemon/manifest/sbatch_resources.h"
#include "daemon/manifest/sections.h"

namespace trainyard {
namespace {

// Returns the job's name as sbatch chooses it: --job-name, else the script's file name, or "sbatch" for a
// script from stdin.
std::string job_name(const Json& options, const std::string& file) {
  if (options.contains("job-name")) return options["job-name"].get<std::string>();
  return file == "stdin" ? "sbatch" : last_component(file);
}

// Makes a valid run's name of a job's name: Slurm allows any characters, problem_with_name() only a few.
std::string run_name(std::string name) {
  for (char& c : name)
    if (problem_with_name(std::string("a") + c)) c = '-';
  name.resize(std::min(name.size(), longest_name));
  return problem_with_name(name) ? "x" + name.substr(0, longest_name - 1) : name;
}

void refuse_foreign_lines(const sbatch::Lines& lines, const Json& options, Problems& problems) {
  if (options.contains("ignore-pbs")) return;
  for (const sbatch::Word& line : lines.foreign)
    problems.add(line.place, line.text, "is read by sbatch, and not by Trainyard",
                 "write it as #SBATCH, or say #SBATCH --ignore-pbs");
}

void read_trainyard_lines(const std::string& toml, Manifest& manifest, Problems& problems) {
  std::optional<Node> node = read_toml(toml, problems);
  if (!node) return;
  Fields root(*node->table(), {}, "", sbatch_keys(), problems);
  root.text("name", manifest.name, problem_with_name);
  if (auto fields = root.table("data")) manifest.data = read_data(*fields, false);
  if (auto fields = root.table("resources")) fields->text("plan", manifest.resources.plan, problem_with_name);
  if (auto fields = root.table("retry")) manifest.retry = read_retry(*fields);
  if (auto fields = root.table("results")) read_results(*fields, manifest);
}

// Adds a problem if the --dependency of a run with [data] has alternatives ('?'): Trainyard joins its own
// dependency on the stage job with ',', and Slurm accepts only one kind of separator.
void check_dependency(const std::map<std::string, sbatch::Given>& given, const Manifest& manifest,
                      Problems& problems) {
  auto dependency = given.find("dependency");
  if (dependency == given.end() || !manifest.data) return;
  if (dependency->second.value.get<std::string>().find('?') != std::string::npos)
    problems.add(dependency->second.place, dependency->second.text,
                 "has alternatives, and the run waits for its data besides: Slurm knows no such mixture");
}

// Returns how many bytes one task of --array counts towards most_expanded_bytes. The script's text and the
// origin count for each task: the tasks share them in memory, but each run's record in the ledger has its own
// copy.
std::size_t bytes_of_a_task(const ScriptSpec& script, const sbatch::Lines& lines, std::size_t origin_bytes) {
  const std::size_t indices = script.options.contains("array") ? footprint(script.options["array"]) : 0;
  return sizeof(Manifest) + script.text->size() + footprint(script.options) - indices + lines.toml.size() +
         origin_bytes;
}

void check_expansion(const std::map<std::string, sbatch::Given>& given, std::size_t bytes_each,
                     Problems& problems) {
  auto array = given.find("array");
  const std::size_t tasks = array == given.end() ? 1 : array->second.value.size();
  if (Room().holds(tasks, bytes_each)) return;
  const sbatch::Given none{};
  const sbatch::Given& blamed = array == given.end() ? none : array->second;
  problems.add(
      blamed.place, blamed.text,
      fmt::format("makes {} runs of {} each, script and variables included: more than {} in all", tasks,
                  format_size(static_cast<std::int64_t>(bytes_each)), format_size(most_expanded_bytes)),
      "ask for fewer tasks, or let the script call what is long");
}

std::vector<Manifest> tasks_of(Manifest manifest, ScriptSpec script) {
  const Json indices = script.options.value("array", Json());
  script.options.erase("array");
  if (indices.is_null()) {
    manifest.program = std::move(script);
    return {std::move(manifest)};
  }
  std::vector<Manifest> tasks;
  for (const Json& index : indices) {
    script.array_task = {index.get<int>(), static_cast<int>(indices.size()), indices.front().get<int>(),
                         indices.back().get<int>()};
    tasks.push_back(manifest);
    tasks.back().program = script;
    tasks.back().sweep = {{"task", index.dump()}};
  }
  return tasks;
}

}  // namespace

const Keys& sbatch_keys() {
  static const Keys keys = [] {
    Keys chosen;
    for (const KeyInfo& key : manifest_keys())
      for (const char* taken : {"name", "data", "data.", "results", "results.", "resources.plan", "retry."}) {
        const std::string path = taken;
        if (key.path == path || (path.ends_with('.') && key.path.starts_with(path))) chosen.push_back(key);
      }
    return chosen;
  }();
  return keys;
}

std::vector<Manifest> read_sbatch(std::string_view text, const std::string& file, std::size_t origin_bytes,
                                  Problems& problems) {
  const sbatch::Lines lines = sbatch::read_lines(text, problems);
  const std::map<std::string, sbatch::Given> given = sbatch::read_arguments(lines.words, problems);
  ScriptSpec script;
  script.text = std::string(text);
  for (const auto& [name, option] : given) script.options[name] = option.value;
  sbatch::add_conclusions(script.options);
  refuse_foreign_lines(lines, script.options, problems);

  Manifest manifest;
  script.job_name = job_name(script.options, file);
  manifest.name = run_name(script.job_name);
  manifest.resources = sbatch::resources_of(given, problems);
  read_trainyard_lines(lines.toml, manifest, problems);
  check_dependency(given, manifest, problems);
  check_expansion(given, bytes_of_a_task(script, lines, origin_bytes), problems);
  if (!problems.empty()) return {};
  return tasks_of(std::move(manifest), std::move(script));
}

}  // namespace trainyard
