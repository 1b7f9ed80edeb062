// SQLite: one connection, prepared statements, transactions. One thread at a time.
// Every failure is Error{internal} with SQLite's words and the statement. Error{unavailable}: the file system
// is full, read-only or failing, or another process holds the file.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace trainyard {

// One prepared statement while it is being used; reset when it goes. Parameters are bound in order.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind(std::nullptr_t);
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(nullptr);
  }

  // The next row; false at the end.
  bool step();
  // For statements without rows.
  void run();

  // Columns of the current row, from 0.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;
  std::optional<std::int64_t> integer_if_set(int column) const;

 private:
  friend class Database;
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  [[noreturn]] void fail(int code) const;
  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int bound_ = 0;
};

class Database {
 public:
  enum class Access { write, read };

  // Opens or creates; WAL, synchronous=FULL, foreign keys on. The file is 0600. To read, it must be there.
  explicit Database(const std::string& path, Access access = Access::write);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Prepared once, kept. Not two of the same text at a time.
  Statement prepare(std::string_view sql);

  // Several statements, for schemas.
  void execute(const std::string& sql);

  // All of `work`, or nothing if it throws. Not nested.
  void transaction(const std::function<void()>& work);

  // Runs `work`, which only reads: all statements see the database as it was at the first of them. Not
  // nested.
  void snapshot(const std::function<void()>& work);

  std::int64_t last_insert_rowid() const;

  // From now on SQLite makes no checkpoints by itself; calls `told` after each commit with the pages that the
  // write-ahead log has by then. Nothing may be thrown.
  void after_commits(std::function<void(int wal_pages)> told);

  // Moves pages from the write-ahead log into the database file, all that no reader needs in the log. Waits
  // for the disk, while other connections read and write. Does nothing while another makes one.
  void checkpoint();

 private:
  void between(const char* begin, const std::function<void()>& work);

  sqlite3* connection_ = nullptr;
  std::function<void(int)> after_commits_;
  std::unordered_map<std::string, sqlite3_stmt*> prepared_;
};

}  // namespace trainyard
