#include "daemon/base/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <utility>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

// Returns true if a retry might succeed later: the file system is full, failing or read-only, or another
// process holds the file.
bool may_pass(int code) {
  switch (code & 0xff) {  // the primary result code, without the extended part
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
      return true;
    default:
      return false;
  }
}

[[noreturn]] void fail_with(sqlite3* connection, int code, std::string_view doing) {
  throw Error(may_pass(code) ? ErrorKind::unavailable : ErrorKind::internal,
              std::string(sqlite3_db_filename(connection, "main")) +
                  ": SQLite: " + sqlite3_errmsg(connection) + " (" + std::string(doing) + ")");
}

}  // namespace

void Statement::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

Statement::~Statement() = default;

void Statement::fail(int code) const {
  fail_with(sqlite3_db_handle(statement_.get()), code, sqlite3_sql(statement_.get()));
}

Statement& Statement::bind(std::int64_t value) {
  if (int code = sqlite3_bind_int64(statement_.get(), ++bound_, value); code != SQLITE_OK) fail(code);
  return *this;
}

Statement& Statement::bind(double value) {
  if (int code = sqlite3_bind_double(statement_.get(), ++bound_, value); code != SQLITE_OK) fail(code);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  int code = sqlite3_bind_text(statement_.get(), ++bound_, value.data() == nullptr ? "" : value.data(),
                               static_cast<int>(value.size()), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) fail(code);
  return *this;
}

Statement& Statement::bind(std::nullptr_t) {
  if (int code = sqlite3_bind_null(statement_.get(), ++bound_); code != SQLITE_OK) fail(code);
  return *this;
}

bool Statement::step() {
  int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::integer_if_set(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

Database::Database(const std::string& path, Access access) {
  const int mode = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  mode_t before = ::umask(0077);
  int code = sqlite3_open_v2(path.c_str(), &connection_, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  ::umask(before);
  if (code != SQLITE_OK) {
    std::string reason = connection_ == nullptr ? "out of memory" : sqlite3_errmsg(connection_);
    sqlite3_close_v2(connection_);
    throw Error(ErrorKind::unavailable, path + ": cannot be opened as a SQLite database: " + reason);
  }
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, 5000);
  if (access == Access::read) return;
  try {
    execute("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;");
  } catch (const Error&) {
    sqlite3_close_v2(connection_);  // the destructor does not run after an exception in the constructor
    throw;
  }
}

Database::~Database() {
  for (auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt*& statement = prepared_[std::string(sql)];
  if (statement == nullptr) {
    int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail_with(connection_, code, sql);
  }
  return Statement(statement);
}

void Database::execute(const std::string& sql) {
  int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_with(connection_, code, sql);
}

void Database::transaction(const std::function<void()>& work) { between("begin immediate", work); }

void Database::snapshot(const std::function<void()>& work) { between("begin", work); }

void Database::between(const char* begin, const std::function<void()>& work) {
  execute(begin);
  try {
    work();
    execute("commit");
  } catch (...) {
    // A failed commit might have rolled back the transaction already.
    if (sqlite3_get_autocommit(connection_) == 0) execute("rollback");
    throw;
  }
}

void Database::after_commits(std::function<void(int)> told) {
  after_commits_ = std::move(told);
  auto tell = [](void* told, sqlite3*, const char*, int wal_pages) {
    (*static_cast<std::function<void(int)>*>(told))(wal_pages);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection_, tell, &after_commits_);
}

void Database::checkpoint() {
  int code = sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail_with(connection_, code, "checkpoint");
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(connection_); }

}  // namespace trainyard
