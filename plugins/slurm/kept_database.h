// SPDX-License-Identifier: GPL-2.0-or-later
// KeptDatabase: one connection to slurmdbd, opened for the first query and kept open for later ones, because
// opening takes longer than most queries. Several threads can use one object; their queries are made one
// after the other.
#pragma once
#include <memory>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/guarded.h"
#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/libslurm.h"

namespace trainyard::slurm {

class KeptDatabase {
 public:
  // Calls `question` with the connection and returns its result. If it throws Error{unavailable} on the kept
  // connection, calls it once more with a new one, because slurmdbd might have closed the old connection.
  // Other errors of `question` are thrown.
  template <class Question>
  auto ask(Question question) {
    return kept_.with([&](std::unique_ptr<Database>& kept) {
      if (kept) {
        call_meter().count("slurmdbd");
        try {
          kept->rollback();
          return question(*kept);
        } catch (const Error& e) {
          kept.reset();
          if (e.kind() != ErrorKind::unavailable) throw;
        }
      }
      auto fresh = std::make_unique<Database>();
      auto answer = question(*fresh);
      kept = std::move(fresh);
      return answer;
    });
  }

 private:
  Guarded<std::unique_ptr<Database>> kept_;
};

}  // namespace trainyard::slurm
