#include "daemon/cli/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/staging_text.h"
#include "daemon/cli/table.h"
#include "daemon/cli/ticker.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::minutes longest_absence{10};

struct Followed {
  std::int64_t id = 0;
  std::string name, state, waiting;  // "training-42"; the others as last seen
  Progress progress;
  FollowedFile metrics;
  bool over = false;
  bool completed = false;
};

// Prints lines about runs. On a terminal the last line is the progress line, which is rewritten each time.
// Prints nothing if `silent`.
class Display {
 public:
  Display(Context& context, bool silent) : context_(context), silent_(silent) {}

  void line(const std::string& text) {
    if (silent_) return;
    erase();
    context_.print(printable(text) + '\n');
  }

  void status(const std::string& text) {
    if (silent_ || !context_.terminal().is_terminal || text == shown_) return;
    context_.print("\r\033[K" + text);
    shown_ = text;
  }

  void erase() {
    if (!shown_.empty()) context_.print("\r\033[K");
    shown_.clear();
  }

 private:
  Context& context_;
  bool silent_;
  std::string shown_;
};

class Waiting {
 public:
  Waiting(Context& context, const std::vector<std::int64_t>& run_ids, bool json)
      : context_(context), json_(json), display_(context, json) {
    for (std::int64_t id : run_ids)
      runs_.push_back(
          {id, "training-" + std::to_string(id), "", "", {}, FollowedFile(context.daemon(), id, "metrics")});
  }

  int run() {
    Ticker ticker;
    while (true) {
      look_unless_away();
      if (all_over()) return finish();
      display_.status(status_line());
      if (!ticker.wait(pause())) return stop_waiting();
    }
  }

 private:
  // Requests the state of each run that is not over, and prints what has changed. Ignores for
  // `longest_absence` that the daemon does not answer, because the runs go on while the daemon is restarted.
  void look_unless_away() {
    try {
      for (Followed& run : runs_)
        if (!run.over) look_at(run);
      if (away_since_) display_.line("the daemon is back");
      away_since_.reset();
    } catch (const Error& e) {
      auto now = std::chrono::steady_clock::now();
      bool first = !away_since_;
      if (first) away_since_ = now;
      if (e.kind() != ErrorKind::unavailable || now - *away_since_ > longest_absence) throw;
      if (first) display_.line("the daemon does not answer; still waiting, the runs go on without it");
    }
  }

  void look_at(Followed& run) {
    Json seen = context_.daemon().get(run_target(run.id));
    std::string state = get<std::string>(seen, "state");
    run.waiting = get_or<std::string>(seen, "waiting", "");
    if (state == "staging") run.waiting = staging_text(context_.daemon(), run.id).value_or(run.waiting);
    bool began = state == "running" || run.state == "running" || is_over(seen);
    if (began) read_metrics(run);
    run.over = is_over(seen);
    run.completed = state == "completed";
    if (run.over)
      say_end(run, seen);
    else if (state != run.state && !context_.terminal().is_terminal)
      display_.line(run.name + ' ' + state + (run.waiting.empty() ? "" : ": " + run.waiting));
    run.state = state;
  }

  void read_metrics(Followed& run) {
    do {
      Json answer = run.metrics.next();
      for (const Json& metric : get<Json>(answer, "metrics"))
        if (update(run.progress, metric) && !context_.terminal().is_terminal)
          display_.line(run.name + ' ' + to_string(run.progress));
    } while (run.metrics.moved());  // the metrics of a long training come in several answers
  }

  void say_end(const Followed& run, const Json& seen) {
    if (json_) return context_.print_json(seen);
    std::string line = run.name + ' ' + get<std::string>(seen, "state");
    if (auto seconds = duration_of_run(seen)) line += " in " + human_duration(*seconds);
    if (run.progress.accuracy) line += ", accuracy " + human_number(*run.progress.accuracy);
    line += ", " + std::to_string(get_or<std::int64_t>(seen, "gpu_seconds", 0)) + " GPU-seconds";
    if (std::string reason = get_or<std::string>(seen, "reason", ""); !reason.empty()) line += ": " + reason;
    display_.line(line);
    if (run.completed && !get_or<std::string>(seen, "results", "").empty())
      display_.line("  results: " + get<std::string>(seen, "results"));
    if (!run.completed)
      for (const Json& last : get_or<Json>(seen, "last_lines", Json::array()))
        display_.line("  | " + last.get<std::string>());
  }

  std::string status_line() const {
    const Terminal& terminal = context_.terminal();
    if (runs_.size() > 1) return cut(counts(), static_cast<std::size_t>(std::max(terminal.width - 1, 1)));
    const Followed& run = runs_.front();
    std::string state = run.waiting.empty() ? run.state : run.state + ": " + printable(run.waiting);
    return progress_line(run.name, state, run.progress, terminal.width, terminal.utf8);
  }

  // Returns "12 runs: 3 completed, 1 running, 8 queued".
  std::string counts() const {
    std::map<std::string, int> by_state;
    for (const Followed& run : runs_) ++by_state[run.state];
    std::vector<std::string> parts;
    for (const auto& [state, count] : by_state) parts.push_back(std::to_string(count) + ' ' + state);
    return count_of(static_cast<std::int64_t>(runs_.size()), "run") + ": " + join(parts, ", ");
  }

  // Returns the pause before the runs' states are requested again. That takes two requests per run, so the
  // pause is longer for many runs.
  milliseconds pause() const { return look_interval * static_cast<long>(1 + runs_.size() / 20); }

  bool all_over() const {
    return std::all_of(runs_.begin(), runs_.end(), [](const Followed& run) { return run.over; });
  }

  int finish() {
    display_.erase();
    if (runs_.size() > 1) display_.line(counts());
    bool completed =
        std::all_of(runs_.begin(), runs_.end(), [](const Followed& run) { return run.completed; });
    return completed ? 0 : 1;
  }

  int stop_waiting() {
    bool one = runs_.size() == 1;
    display_.line(one ? fmt::format("no longer waiting; {0} goes on. 'trainyard cancel {0}' would end it",
                                    runs_[0].name)
                      : "no longer waiting; the runs go on");
    return interrupted_exit_code;
  }

  Context& context_;
  bool json_;
  Display display_;
  std::vector<Followed> runs_;
  std::optional<std::chrono::steady_clock::time_point> away_since_;
};

}  // namespace

bool is_over(const Json& run) {
  std::string state = get<std::string>(run, "state");
  return state == "completed" || state == "failed" || state == "cancelled";
}

int wait_for_runs(Context& context, const std::vector<std::int64_t>& run_ids, bool json) {
  return run_ids.empty() ? 0 : Waiting(context, run_ids, json).run();
}

}  // namespace trainyard
