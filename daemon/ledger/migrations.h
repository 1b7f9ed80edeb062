// Migrations: change a ledger file of an earlier release so that it has the schema of this release.
#pragma once
#include <string>

#include "daemon/base/sqlite.h"

namespace trainyard {

inline constexpr int schema_version = 6;

// Creates the tables of a new ledger, or upgrades those of an earlier release, in one transaction. Throws
// Error{invalid} if a newer release wrote the file; `path` is for the message.
void migrate(Database& database, const std::string& path);

}  // namespace trainyard
