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

// Changes the ledger's segments of the jobs in `books` to slurmdbd's values, one job after the other; other
// work of the loop comes in between. Each correction is one commit, and its reason names the user `by`. Then
// calls `done`, or `failed` after the first error, once. Corrections made before an error stay.
void correct_by(std::shared_ptr<const Reconciliation> books, Api& api, const std::string& by,
                std::function<void(Corrections)> done, std::function<void(std::exception_ptr)> failed);

}  // namespace trainyard
