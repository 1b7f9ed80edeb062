// trainyard metrics: prints loss and accuracy per epoch.
#include <fmt/format.h>

#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/metrics_row.h"
#include "daemon/cli/run_ids.h"
#include "daemon/cli/ticker.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

class Reader {
 public:
  Reader(Context& context, std::int64_t id, bool json)
      : context_(context), followed_(context.daemon(), id, "metrics"), json_(json) {}

  // Prints the metrics that came since the last call. Returns true if no more metrics will follow.
  bool print_new() {
    while (true) {
      Json part = followed_.next();
      for (const Json& metric : get<Json>(part, "metrics")) print(metric);
      if (!followed_.moved()) return get<bool>(part, "over");
    }
  }

 private:
  void print(const Json& metric) {
    if (json_) return context_.print_json(metric);
    std::string row = metrics_row(metric);
    if (row.empty()) return;
    if (!titled_) context_.print(metrics_title());
    titled_ = true;
    context_.print(row);
  }

  Context& context_;
  FollowedFile followed_;
  bool json_;
  bool titled_ = false;
};

int run_metrics(Context& context, const Arguments& arguments) {
  Reader reader(context, run_id_from(arguments.text("RUN")), arguments.has("--json"));
  if (!arguments.has("--follow")) {
    reader.print_new();
    return 0;
  }
  Ticker ticker;
  while (!reader.print_new())
    if (!ticker.wait(look_interval)) return interrupted_exit_code;
  return 0;
}

}  // namespace

Command metrics_command() {
  return {"metrics",
          "Print loss and accuracy of a run, epoch by epoch",
          "",
          {{"RUN", "42 or training-42"}},
          {{"--follow,-f", "", "print new lines until the run is over", {}}, json_option()},
          {{"trainyard metrics 42", "a table of its epochs"},
           {"trainyard metrics 42 --json > metrics.jsonl",
            "everything the program recorded, a line of JSON each"}},
          run_metrics};
}

}  // namespace trainyard
