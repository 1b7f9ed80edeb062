// trainyard logs: what a run has written.
#include "daemon/cli/arguments.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/ticker.h"

namespace trainyard {
namespace {

constexpr std::chrono::milliseconds interval{500};

// Prints what is there from `from` on, and moves it there. True when the log will not grow any more.
bool print_rest(Context& context, std::int64_t id, const std::string& which, std::int64_t& from) {
  while (true) {
    Json part = context.daemon().get(run_target(id, "logs?from=" + std::to_string(from) + "&which=" + which));
    std::string text = get<std::string>(part, "text");
    context.print(text);
    std::int64_t next = get<std::int64_t>(part, "next");
    bool more = next > from && next < get<std::int64_t>(part, "size");
    from = next;
    if (!more) return get<bool>(part, "over");
  }
}

int run_logs(Context& context, const Arguments& arguments) {
  const std::int64_t id = run_id_from(arguments.text("RUN"));
  const std::string which = arguments.text("--which", "training");
  std::int64_t from = 0;
  if (!arguments.has("--follow")) {
    print_rest(context, id, which, from);
    return 0;
  }
  Ticker ticker;
  while (!print_rest(context, id, which, from))
    if (!ticker.wait(interval)) return interrupted_exit_code;
  return 0;
}

}  // namespace

Command logs_command() {
  return {"logs",
          "Print a run's log",
          "",
          {{"RUN", "42 or training-42"}},
          {{"--follow,-f", "", "go on until the run is over", {}},
           {"--which",
            "LOG",
            "the program's output, or that of one of its Slurm jobs (training)",
            {"training", "train-job", "store-job", "stage"}}},
          {{"trainyard logs -f 42", "watch a run"},
           {"trainyard logs 42 --which stage", "why the data did not arrive"}},
          run_logs};
}

}  // namespace trainyard
