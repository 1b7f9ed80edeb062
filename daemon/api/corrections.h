// Corrections: the ledger is made to say what slurmdbd says. On the loop.
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "daemon/api/api.h"
#include "daemon/report/reconcile.h"

namespace trainyard {

struct Corrections {
  int corrected = 0;  // jobs that were charged otherwise
  int entered = 0;    // jobs that were missing
};

// Corrects one job after the other, in slices: each is durable by itself, and says that `by` entered it.
// Calls one of the two once; after a failure those before stay corrected.
void correct_by(std::shared_ptr<const Reconciliation> books, Api& api, const std::string& by,
                std::function<void(Corrections)> done, std::function<void(std::exception_ptr)> failed);

}  // namespace trainyard
