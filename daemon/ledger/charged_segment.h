// ChargedSegment: a row of the ledger's account (table `segments`): a segment, and the user, account and plan
// that it is charged to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/run/events.h"

namespace trainyard {

// The kind of a row of the account: an entry of usage; a reversal, which takes back another row as a whole;
// or a correction, which is entered in the place of the row that was taken back.
enum class EntryKind { entry, reversal, correction };
const char* to_string(EntryKind kind);
EntryKind entry_kind_from(const std::string& name);  // Error{invalid}

// The user, the account and the plan have the names that they had when the usage was entered.
struct ChargedSegment {
  Segment segment;
  JobRole role = JobRole::train;
  std::optional<std::int64_t> run_id{};  // unset: the stage job of a data set
  std::uint32_t uid = 0;
  std::string user{}, account{}, plan{}, run_name{};
  std::int64_t id = 0;
  EntryKind kind = EntryKind::entry;
  std::string reason{};  // why; empty for an entry from the scheduler's record at the job's end
  UtcSeconds written_at{};
  UtcSeconds closed_until{};  // usage before this was already closed, and is booked at written_at
};

}  // namespace trainyard
