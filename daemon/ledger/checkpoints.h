// Checkpoints: moves what the ledger has written from SQLite's write-ahead log into the database file. Its
// own thread waits for the disk, with a connection of its own; the loop does not. On the loop.
#pragma once
#include <exception>
#include <memory>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {

class Checkpoints {
 public:
  // Makes them while it lives; the ledger makes none in its commits any more.
  Checkpoints(Loop& loop, Ledger& ledger);
  ~Checkpoints();

 private:
  void begin();
  void failed(std::exception_ptr error);

  Ledger& ledger_;
  std::unique_ptr<Database> connection_;  // only the worker uses it; null before the first checkpoint
  bool has_failed_ = false;               // the last one
  Workers worker_;
};

}  // namespace trainyard
