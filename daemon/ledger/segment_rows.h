// Converts rows of the table segments to ChargedSegments, and has the SQL conditions that select the rows of
// a period.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/sqlite.h"
#include "daemon/ledger/charged_segment.h"

namespace trainyard {

// The beginning of a statement that reads segments ("… from segments s"). Joins and conditions can follow.
extern const char* const select_segments;
// The condition that a segment is in force: the segment is no reversal, and no reversal takes it back.
extern const char* const is_in_force;

// The next two functions return conditions on segments. ?1 is the beginning of a period, ?2 its end and, if
// `of_user`, ?3 a uid.
// Segments that overlap the period. A segment without length overlaps the period if it lies in the period.
// The condition lets SQLite skip segments that ended so late that even the longest segment of the ledger
// would have begun after the period.
std::string overlaps_period(bool of_user);
// Segments that were written in the period and began in a month that was closed by then.
std::string is_booked_late(bool of_user);

// Reads all rows of a statement that begins with select_segments.
std::vector<ChargedSegment> read_segments(Database& database, Statement& rows);
// Reads the current row of a statement that begins with select_segments.
ChargedSegment read_segment(Database& database, const Statement& row);

}  // namespace trainyard
