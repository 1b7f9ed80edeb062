#include "daemon/ledger/migrations.h"

#include <fmt/format.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr const char* schema =
#include "daemon/ledger/schema.inc"
    ;

int version_of(Database& database) {
  Statement read = database.prepare("pragma user_version");
  read.step();
  return static_cast<int>(read.integer(0));
}

}  // namespace

void migrate(Database& database, const std::string& path) {
  int version = version_of(database);
  if (version == schema_version) return;
  if (version > schema_version)
    throw Error(ErrorKind::invalid,
                fmt::format("{}: schema {} is of a newer release; this one reads up to {}", path, version,
                            schema_version));
  database.transaction(
      [&] { database.execute(fmt::format("{}; pragma user_version = {};", schema, schema_version)); });
}

}  // namespace trainyard
