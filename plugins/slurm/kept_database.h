// SPDX-License-Identifier: GPL-2.0-or-later
// KeptDatabase: one connection to slurmdbd, opened at the first question and kept for those that follow:
// opening takes longer than most answers. Any thread; one question at a time.
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
  // The result of `question(Database&)`. On a connection that slurmdbd has closed since the last question it
  // fails, and is asked once more on a new one. Throws what it throws then.
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
