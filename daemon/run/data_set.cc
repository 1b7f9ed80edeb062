#include "daemon/run/data_set.h"

#include <array>

#include "daemon/run/run.h"

namespace trainyard {
namespace {

void apply(DataSet& set, const event::Wanted& e) {
  set.owner = e.owner;
  set.data = e.data;
  set.objects = e.objects;
  set.source_bytes = e.source_bytes;
  set.scratch = e.scratch;
  set.state = DataSetState::wanted;
  set.attempts = set.failed_attempts = 0;
  set.waits_for_credentials_since.reset();
  set.reason.clear();
  set.job.reset();
}

void apply(DataSet& set, const event::Staging& e) {
  set.state = DataSetState::staging;
  set.attempts = e.attempt;
  set.waits_for_credentials_since.reset();
  set.job = e.job;
  set.job_is_charged = false;
}

void apply(DataSet& set, const event::Ready& e) {
  set.state = DataSetState::ready;
  set.size_bytes = e.size_bytes;
  set.samples = e.samples;
  set.test_samples = e.test_samples;
  set.job.reset();
}

void apply(DataSet& set, const event::StageFailed& e) {
  set.state = e.try_again ? DataSetState::wanted : DataSetState::failed;
  set.reason = e.reason;
  if (e.waits_for_credentials)
    set.waits_for_credentials_since = e.at;
  else
    ++set.failed_attempts;
  set.job.reset();
}

void apply(DataSet& set, const event::Used& e) {
  if (set.job == e.segment.job) set.job_is_charged = true;
}

void apply(DataSet& set, const event::Evicting&) {
  set.state = DataSetState::evicting;
  set.is_pinned = false;
}

void apply(DataSet& set, const event::Evicted&) { set.state = DataSetState::evicted; }

void apply(DataSet& set, const event::Pinned&) { set.is_pinned = true; }

void apply(DataSet& set, const event::Unpinned&) { set.is_pinned = false; }

void apply(DataSet& set, const event::Unknown&) { set.is_of_newer_release = true; }

constexpr std::array state_names{"wanted", "staging", "ready", "failed", "evicting", "evicted"};

// The usage of an earlier stage job can become known while a later one is being submitted.
bool changes_nothing_on_scratch(const DataSetEvent& event) {
  return std::holds_alternative<event::Pinned>(event) || std::holds_alternative<event::Unpinned>(event) ||
         std::holds_alternative<event::Used>(event);
}

}  // namespace

const char* to_string(DataSetState state) { return state_names.at(static_cast<std::size_t>(state)); }

void apply_event(DataSet& data_set, const DataSetEvent& event) {
  std::visit([&data_set](const auto& e) { apply(data_set, e); }, event);
  if (!changes_nothing_on_scratch(event)) data_set.changed_at = time_of(event);
}

event::Wanted wanted_again(const DataSet& data_set) {
  return {now(), data_set.owner, data_set.data, data_set.objects, data_set.source_bytes, data_set.scratch};
}

DataSet fold(const std::string& digest, const std::vector<DataSetEvent>& events) {
  DataSet data_set;
  data_set.digest = digest;
  for (const DataSetEvent& event : events) apply_event(data_set, event);
  return data_set;
}

Token stage_token(const std::string& ledger_id, const std::string& digest, int attempt) {
  return token_prefix(ledger_id) + digest.substr(0, 16) + "." + std::to_string(attempt) + "-stage";
}

}  // namespace trainyard
