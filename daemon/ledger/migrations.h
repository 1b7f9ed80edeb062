// Migrations: bring a ledger file from its schema to the schema that this release writes.
#pragma once
#include <string>

#include "daemon/base/sqlite.h"

namespace trainyard {

inline constexpr int schema_version = 6;

// Creates or upgrades the tables in one transaction. Throws Error{invalid} if a newer release wrote the file;
// `path` is for the message.
void migrate(Database& database, const std::string& path);

}  // namespace trainyard
