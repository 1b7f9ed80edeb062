// SQLite: one connection, prepared statements, transactions. A Database and its statements are for one thread
// at a time. Every failure is an Error with SQLite's message and the statement: unavailable if the file
// system is full, read-only or failing, if another process holds the file, or if the file cannot be opened;
// otherwise internal.
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

// A prepared statement in use. Each bind() sets the next parameter. The destructor resets the statement for
// its next use.
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

  // Goes to the next row; returns false at the end.
  bool step();
  // Executes a statement without rows.
  void run();

  // Return a column of the current row; the first column is 0.
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

  // Opens the database, or creates it with mode 0600; sets WAL, synchronous=FULL and foreign keys. With
  // Access::read, the file must exist.
  explicit Database(const std::string& path, Access access = Access::write);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Returns a statement, which is prepared once and kept. Two statements with the same text must not be in
  // use at the same time.
  Statement prepare(std::string_view sql);

  // Executes one or more statements, such as a schema.
  void execute(const std::string& sql);

  // Runs `work` in a transaction. Rolls the transaction back if `work` throws. Cannot be nested.
  void transaction(const std::function<void()>& work);

  // Runs `work`, which only reads, in a transaction: all its statements see the database as it was at the
  // first statement. Cannot be nested.
  void snapshot(const std::function<void()>& work);

  std::int64_t last_insert_rowid() const;

  // Turns off SQLite's automatic checkpoints, and calls `told` after each commit with the number of pages in
  // the write-ahead log. `told` must not throw.
  void after_commits(std::function<void(int wal_pages)> told);

  // Moves all pages that no reader needs in the write-ahead log into the database file. Waits for the disk;
  // other connections can read and write meanwhile. Does nothing while another connection makes a checkpoint.
  void checkpoint();

 private:
  void between(const char* begin, const std::function<void()>& work);

  sqlite3* connection_ = nullptr;
  std::function<void(int)> after_commits_;
  std::unordered_map<std::string, sqlite3_stmt*> prepared_;
};

}  // namespace trainyard
