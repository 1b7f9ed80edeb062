// trainyard logs: prints the log of a run or of one of its jobs.
#include "daemon/base/printable.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/run_ids.h"
#include "daemon/cli/ticker.h"

namespace trainyard {
namespace {

enum class Form { printable, raw, json };

void print_part(Context& context, const Json& part, Form form) {
  const std::string text = get<std::string>(part, "text");
  if (form == Form::json)
    context.print_json(part);
  else
    context.print(form == Form::raw ? text : printable_lines(text));
}

// Prints the log from where the last call ended to the log's current end. Returns true if the log will not
// grow any more.
bool print_rest(Context& context, FollowedFile& followed, Form form) {
  while (true) {
    Json part = followed.next();
    if (!followed.moved()) return get<bool>(part, "over");
    print_part(context, part, form);
  }
}

Form form_of(const Context& context, const Arguments& arguments) {
  if (arguments.has("--json")) return Form::json;
  return arguments.has("--raw") || !context.terminal().shows_stdout() ? Form::raw : Form::printable;
}

int run_logs(Context& context, const Arguments& arguments) {
  const Form form = form_of(context, arguments);
  FollowedFile followed(context.daemon(), run_id_from(arguments.text("RUN")), "logs",
                        "&which=" + arguments.text("--which", "training"));
  if (!arguments.has("--follow")) {
    print_rest(context, followed, form);
    return 0;
  }
  Ticker ticker;
  while (!print_rest(context, followed, form))
    if (!ticker.wait(look_interval)) return interrupted_exit_code;
  return 0;
}

}  // namespace

Command logs_command() {
  return {"logs",
          "Print a run's log",
          "",
          {{"RUN", "42 or training-42"}},
          {{"--follow,-f", "", "print new lines until the run is over", {}},
           {"--raw", "", "print control sequences as they are, colours too", {}},
           {"--which",
            "LOG",
            "the program's output, or that of one of its Slurm jobs (training)",
            {"training", "train-job", "store-job", "stage"}},
           json_option()},
          {{"trainyard logs -f 42", "watch a run"},
           {"trainyard logs 42 --which stage", "why the data did not arrive"}},
          run_logs};
}

}  // namespace trainyard
