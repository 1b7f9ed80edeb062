// Rows of the table `segments` as values, and which of them a period concerns.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/sqlite.h"
#include "daemon/ledger/charged_segment.h"

namespace trainyard {

// A statement over "segments s" begins with this; what follows may join, and narrows.
extern const char* const select_segments;
// Neither taken back, nor what takes another back.
extern const char* const is_in_force;

// Conditions on segments with ?1 the beginning of a period, ?2 its end, and ?3 a uid where `of_user`.
// They overlap it; those without length, lie in it. No segment that ended later than its longest would have
// is looked at.
std::string overlaps_period(bool of_user);
// They reach into what was closed when they were written, and that was in the period.
std::string is_booked_late(bool of_user);

// All rows of a statement that begins with select_segments.
std::vector<ChargedSegment> read_segments(Database& database, Statement& rows);
// Its present row.
ChargedSegment read_segment(Database& database, const Statement& row);

}  // namespace trainyard
