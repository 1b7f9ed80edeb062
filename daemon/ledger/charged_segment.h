// A row of the account: a segment, with whom it is charged to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/run/events.h"

namespace trainyard {

// What a row of the account says. A reversal takes back all of what it corrects, a correction stands in its
// place.
enum class EntryKind { entry, reversal, correction };
const char* to_string(EntryKind kind);
EntryKind entry_kind_from(const std::string& name);  // Error{invalid}

// The user, account and plan are as they were named then.
struct ChargedSegment {
  Segment segment;
  JobRole role = JobRole::train;
  std::optional<std::int64_t> run_id{};  // none: a data set's
  std::uint32_t uid = 0;
  std::string user{}, account{}, plan{}, run_name{};
  std::int64_t id = 0;
  EntryKind kind = EntryKind::entry;
  std::string reason{};  // of a reversal, a correction, and an entry that was not made with the job's end
  UtcSeconds written_at{};
  UtcSeconds closed_until{};  // what lies before it was closed already, and is booked at written_at
};

}  // namespace trainyard
