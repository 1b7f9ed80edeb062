// Corrections: change the ledger so that it agrees with slurmdbd. On the loop.
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "daemon/api/api.h"
#include "daemon/report/reconcile.h"

namespace trainyard {

struct Corrections {
  int corrected = 0;  // jobs that were charged differently
  int entered = 0;    // jobs that were missing in the ledger
};

// Corrects one job of `books` after the other, in slices of work. Each correction is durable by itself, and
// its reason names `by`. Calls `done` or `failed`, once. Corrections made before a failure stay.
void correct_by(std::shared_ptr<const Reconciliation> books, Api& api, const std::string& by,
                std::function<void(Corrections)> done, std::function<void(std::exception_ptr)> failed);

}  // namespace trainyard
