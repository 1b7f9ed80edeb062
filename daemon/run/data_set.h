// DataSet: objects of a store as one HDF5 file (or folder) on scratch, shared by all the runs that name the
// same objects with the same options. The fold of its events; it survives the cancellation of any one run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/run/events.h"

namespace trainyard {

enum class DataSetState {
  wanted,   // to be staged
  staging,  // a stage job is recorded
  ready,    // complete on scratch
  failed,   // and nobody is to try again by itself
  evicted,  // removed from scratch; wanted again when a run names it
};
const char* to_string(DataSetState state);

struct DataSet {
  std::string digest;  // names it, and its folder on scratch
  DataSetState state = DataSetState::wanted;
  Owner owner;
  DataSpec data;
  std::int64_t objects = 0, source_bytes = 0;  // of the source
  ScratchPlace scratch;
  int attempts = 0;  // stage jobs since it was last wanted
  std::optional<JobKey> job;
  bool job_is_charged = false;  // what that job used is in the ledger
  std::string reason;           // of the last failure
  std::int64_t size_bytes = 0;  // on scratch
  UtcSeconds changed_at{};
  bool is_of_newer_release = false;  // as TrainingRun's
};

void apply_event(DataSet& data_set, const DataSetEvent& event);
// The same data are to be staged once more.
event::Wanted wanted_again(const DataSet& data_set);

DataSet fold(const std::string& digest, const std::vector<DataSetEvent>& events);

Token stage_token(const std::string& ledger_id, const std::string& digest, int attempt);

}  // namespace trainyard
