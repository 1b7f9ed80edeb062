#include "daemon/ledger/data_uses.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "daemon/ledger/ledger.h"

namespace trainyard {
namespace {

constexpr std::int64_t quarter_seconds = 900;

// Returns the beginning of the first quarter of an hour that begins at `time` or later.
std::int64_t quarter_from(UtcSeconds time) {
  return (to_unix(time) + quarter_seconds - 1) / quarter_seconds * quarter_seconds;
}

// A row has at most so many bytes, so that SQLite can add to it without an overflow.
constexpr std::int64_t most_bytes_of_row = std::int64_t{1} << 60;

std::int64_t without_overflow(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return a > most - b ? most : a + b;
}

std::int64_t bytes_of(std::int64_t runs, std::int64_t source_bytes) {
  if (source_bytes <= 0) return 0;
  return runs > most_bytes_of_row / source_bytes ? most_bytes_of_row : runs * source_bytes;
}

UserDataUses sum_of(const SubmissionUses& uses) {
  UserDataUses sum{.user = uses.user};
  for (const DataUse& use : uses.data_sets)
    sum += {"", use.hits, use.misses, bytes_of(use.misses, use.source_bytes),
            bytes_of(use.hits, use.source_bytes)};
  return sum;
}

}  // namespace

UserDataUses& UserDataUses::operator+=(const UserDataUses& other) {
  hits += other.hits;
  misses += other.misses;
  fetched_bytes = without_overflow(fetched_bytes, other.fetched_bytes);
  saved_bytes = without_overflow(saved_bytes, other.saved_bytes);
  return *this;
}

void Ledger::enter_uses(const SubmissionUses& uses) {
  if (uses.data_sets.empty()) return;
  for (const DataUse& use : uses.data_sets) note_last_use(use.digest, uses.accepted_at);
  const UserDataUses sum = sum_of(uses);
  database_
      .prepare(
          "insert into data_uses (since, uid, user, hits, misses, fetched_bytes, saved_bytes) "
          "values (?, ?, ?, ?, ?, ?, ?) on conflict (since, uid, user) do update set "
          "hits = hits + excluded.hits, misses = misses + excluded.misses, "
          "fetched_bytes = min(fetched_bytes + excluded.fetched_bytes, ?8), "
          "saved_bytes = min(saved_bytes + excluded.saved_bytes, ?8)")
      .bind(to_unix(uses.accepted_at) / quarter_seconds * quarter_seconds)
      .bind(uses.uid)
      .bind(sum.user)
      .bind(sum.hits)
      .bind(sum.misses)
      .bind(std::min(sum.fetched_bytes, most_bytes_of_row))
      .bind(std::min(sum.saved_bytes, most_bytes_of_row))
      .bind(most_bytes_of_row)
      .run();
}

void Ledger::note_last_use(const std::string& digest, UtcSeconds at) {
  database_.prepare("update data_sets set last_used_at = max(last_used_at, ?) where digest = ?")
      .bind(to_unix(at))
      .bind(digest)
      .run();
}

std::map<std::string, UtcSeconds> Ledger::last_uses() {
  std::map<std::string, UtcSeconds> uses;
  Statement rows = database_.prepare("select digest, last_used_at from data_sets where state <> 'evicted'");
  while (rows.step()) uses.emplace(rows.text(0), from_unix(rows.integer(1)));
  return uses;
}

// Adds up here, because SQLite would sort the rows by user first, and fail where a sum overflows.
std::vector<UserDataUses> Ledger::data_uses(UtcSeconds since, UtcSeconds until,
                                            std::optional<std::uint32_t> uid) {
  Statement rows = database_.prepare(
      "select user, hits, misses, fetched_bytes, saved_bytes from data_uses "
      "where since >= ?1 and since < ?2 and (?3 is null or uid = ?3)");
  rows.bind(quarter_from(since)).bind(quarter_from(until)).bind(uid);
  std::map<std::string, UserDataUses> by_user;
  while (rows.step()) {
    const UserDataUses row{rows.text(0), rows.integer(1), rows.integer(2), rows.integer(3), rows.integer(4)};
    UserDataUses& sum = by_user[row.user];
    sum.user = row.user;
    sum += row;
  }
  std::vector<UserDataUses> uses;
  for (auto& [user, sum] : by_user) uses.push_back(std::move(sum));
  return uses;
}

}  // namespace trainyard
