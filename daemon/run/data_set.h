// DataSet: objects of a store that are copied to scratch as one HDF5 file (or folder). All runs of a user
// that name the same objects with the same options share it, so it stays when one of these runs is cancelled.
// The state of a DataSet is computed from its events.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/run/events.h"

namespace trainyard {

enum class DataSetState {
  wanted,    // to be staged
  staging,   // a stage job is recorded
  ready,     // complete on scratch
  failed,    // staging failed, and is not tried again automatically
  evicting,  // given up; its files are being removed from scratch
  evicted,   // removed from scratch; wanted again when a run names it
};
const char* to_string(DataSetState state);

struct DataSet {
  std::string digest;  // identifies the data set, and names its folder on scratch
  DataSetState state = DataSetState::wanted;
  Owner owner;
  DataSpec data;
  std::int64_t objects = 0, source_bytes = 0;  // number and total size of the source's objects
  ScratchPlace scratch;
  int attempts = 0;         // number of stage jobs since the last event::Wanted
  int failed_attempts = 0;  // of these, the ones that failed for another reason than missing credentials
  std::optional<JobKey> job;
  bool job_is_charged = false;  // the usage of `job` is in the ledger
  std::string reason;           // of the last failure to stage
  // Since when the data set waits for the user to add keys of its store; unset: it does not.
  std::optional<UtcSeconds> waits_for_credentials_since;
  std::int64_t size_bytes = 0;  // on scratch
  std::int64_t samples = 0, test_samples = 0;
  bool is_pinned = false;            // a user wants it to stay on scratch
  UtcSeconds changed_at{};           // time of the last event, except pins
  bool is_of_newer_release = false;  // as in TrainingRun
};

void apply_event(DataSet& data_set, const DataSetEvent& event);
// Returns the event that requests the staging of the same data once more.
event::Wanted wanted_again(const DataSet& data_set);

DataSet fold(const std::string& digest, const std::vector<DataSetEvent>& events);

Token stage_token(const std::string& ledger_id, const std::string& digest, int attempt);

}  // namespace trainyard
