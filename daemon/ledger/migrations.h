// From whatever schema the file has to the one this release writes.
#pragma once
#include <string>

#include "daemon/base/sqlite.h"

namespace trainyard {

inline constexpr int schema_version = 5;

// One transaction. Error{invalid} when the file is of a newer release; `path` is for the message.
void migrate(Database& database, const std::string& path);

}  // namespace trainyard
