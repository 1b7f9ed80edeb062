// Checkpoints: copies the ledger's commits from SQLite's write-ahead log into the database file. A worker
// thread with its own connection does this, so that the loop does not wait for the disk. All functions must
// be called on the loop.
#pragma once
#include <exception>
#include <memory>

#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {

class Checkpoints {
 public:
  // As long as this object lives, it makes the checkpoints of the ledger, and SQLite makes none within a
  // commit.
  Checkpoints(Loop& loop, Ledger& ledger);
  ~Checkpoints();

 private:
  void begin();
  void failed(std::exception_ptr error);

  Ledger& ledger_;
  std::unique_ptr<Database> connection_;  // used only by the worker; null before the first checkpoint
  bool has_failed_ = false;               // the last checkpoint has failed
  Workers worker_;
};

}  // namespace trainyard
