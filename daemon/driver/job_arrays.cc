#include "daemon/driver/job_arrays.h"

namespace trainyard {

void JobArrays::update(const TrainingRun& run) {
  const Attempt* attempt = run.attempt();
  if (attempt == nullptr || !attempt->array) return remove(run.id);
  const Array array{attempt->array->first_run, attempt->array->first_attempt};
  auto known = array_of_run_.find(run.id);
  if (known != array_of_run_.end() && known->second == array) return;
  remove(run.id);
  array_of_run_[run.id] = array;
  runs_[array].insert(run.id);
}

void JobArrays::remove(std::int64_t run_id) {
  auto known = array_of_run_.find(run_id);
  if (known == array_of_run_.end()) return;
  auto array = runs_.find(known->second);
  array->second.erase(run_id);
  if (array->second.empty()) runs_.erase(array);
  array_of_run_.erase(known);
}

const std::set<std::int64_t>& JobArrays::runs_with(std::int64_t run_id) const {
  static const std::set<std::int64_t> none;
  auto known = array_of_run_.find(run_id);
  return known == array_of_run_.end() ? none : runs_.at(known->second);
}

}  // namespace trainyard
