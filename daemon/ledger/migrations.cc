#include "daemon/ledger/migrations.h"

#include <fmt/format.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr const char* schema =
#include "daemon/ledger/schema.inc"
    ;
constexpr const char* segments =
#include "daemon/ledger/segments.inc"
    ;
constexpr const char* signs_of_life =
#include "daemon/ledger/signs_of_life.inc"
    ;
constexpr const char* rollup =
#include "daemon/ledger/rollup.inc"
    ;
constexpr const char* upgrade_from_1 =
#include "daemon/ledger/upgrade_from_1.inc"
    ;
constexpr const char* upgrade_from_2 =
#include "daemon/ledger/upgrade_from_2.inc"
    ;
constexpr const char* upgrade_from_3 =
#include "daemon/ledger/upgrade_from_3.inc"
    ;
constexpr const char* data_uses =
#include "daemon/ledger/data_uses.inc"
    ;
constexpr const char* upgrade_from_4 =
#include "daemon/ledger/upgrade_from_4.inc"
    ;
constexpr const char* upgrade_from_5 =
#include "daemon/ledger/upgrade_from_5.inc"
    ;

int version_of(Database& database) {
  Statement read = database.prepare("pragma user_version");
  read.step();
  return static_cast<int>(read.integer(0));
}

void create(Database& database) {
  database.execute(schema);
  database.execute(segments);
  database.execute(signs_of_life);
  database.execute(rollup);
  database.execute(data_uses);
}

// Upgrades a ledger from schema `version` to the present one. The table segments of schema 1 is replaced by
// that of segments.sql.
void upgrade(Database& database, int version) {
  if (version < 1) throw Error(ErrorKind::internal, fmt::format("no way on from schema {}", version));
  if (version == 1) {
    database.execute("alter table segments rename to segments_1; drop index segments_by_end;");
    database.execute(segments);
    database.execute(upgrade_from_1);
  }
  if (version == 2) database.execute(upgrade_from_2);
  if (version <= 3) {
    database.execute(upgrade_from_3);
    database.execute(signs_of_life);
  }
  if (version <= 4) {
    database.execute(upgrade_from_4);
    database.execute(rollup);
  }
  database.execute(upgrade_from_5);
  database.execute(data_uses);
}

}  // namespace

void migrate(Database& database, const std::string& path) {
  int version = version_of(database);
  if (version == schema_version) return;
  if (version > schema_version)
    throw Error(ErrorKind::invalid,
                fmt::format("{}: schema {} is of a newer release; this one reads up to {}", path, version,
                            schema_version));
  database.transaction([&] {
    if (version == 0)
      create(database);
    else
      upgrade(database, version);
    database.execute(fmt::format("pragma user_version = {}", schema_version));
  });
}

}  // namespace trainyard
