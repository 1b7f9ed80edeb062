// SPDX-License-Identifier: GPL-2.0-or-later
// KeptDatabase: one connection to slurmdbd, opened at the first question and kept open for later ones,
// because opening takes longer than most answers. Any thread; one question at a time.
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
  // Returns the result of `question(Database&)`. If the question fails with Error{unavailable} on the kept
  // connection, asks once more on a new one: slurmdbd might have closed the old connection. Throws what the
  // question throws otherwise.
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
