#include "daemon/ledger/checkpoints.h"

#include <utility>

#include "daemon/base/log.h"

namespace trainyard {
namespace {

constexpr int due_pages = 1000;  // pages of 4 KB in the write-ahead log; SQLite's own default

}  // namespace

Checkpoints::Checkpoints(Loop& loop, Ledger& ledger) : ledger_(ledger), worker_(loop, 1) {
  ledger_.after_commits([this](int wal_pages) {
    if (wal_pages >= due_pages && !ledger_.is_checkpoint_under_way()) begin();
  });
}

Checkpoints::~Checkpoints() {
  ledger_.after_commits([](int) {});
}

// Makes a checkpoint on the worker thread. If no commit came during the checkpoint, the next commit begins
// the write-ahead log anew, so that the log does not grow.
void Checkpoints::begin() {
  ledger_.begin_checkpoint();
  worker_.run(
      [this] {
        if (connection_ == nullptr) connection_ = std::make_unique<Database>(ledger_.path());
        connection_->checkpoint();
        return true;
      },
      [this](bool) {
        has_failed_ = false;
        ledger_.end_checkpoint();
      },
      [this](std::exception_ptr error) {
        failed(error);
        ledger_.end_checkpoint();
      });
}

// Logs a failed checkpoint, unless the one before it failed, too. The next commit begins another checkpoint.
// Nothing is lost until then, because the write-ahead log has all commits.
void Checkpoints::failed(std::exception_ptr error) {
  if (std::exchange(has_failed_, true)) return;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    log_warning("event=checkpoint_failed the ledger's log grows until one succeeds: {}", e.what());
  }
}

}  // namespace trainyard
