// durable_appends LEDGER EVENTS BATCH: appends events, each with a segment, to a new ledger and prints how
// many it takes in a second. BATCH events are one transaction. Ten events belong to one run.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "daemon/ledger/ledger.h"

namespace trainyard {
namespace {

constexpr int events_of_a_run = 10;
constexpr UtcSeconds begin{std::chrono::seconds(1'700'000'000)};

event::Accepted accepted() {
  event::Accepted run;
  run.at = begin;
  run.owner = {1000, 1000, "ada"};
  run.manifest.name = "digits";
  run.manifest.results_target = "file:///srv/buckets/results/";
  run.manifest.program = CommandSpec{"true", "", "", Launcher::single, {}};
  return run;
}

// Returns the event that charges a job's usage. The ledger adds a segment for it, and a run can have many.
event::Used used(std::uint32_t job_id) {
  Segment segment;
  segment.job = {"yard", job_id, begin};
  segment.gpus = 2;
  segment.gpu_type = "k40";
  segment.started_at = begin;
  segment.ended_at = begin + std::chrono::seconds(60);
  return {begin, JobRole::train, segment, ""};
}

double events_per_second(const std::string& path, int events, int batch) {
  Ledger ledger(path);
  ledger.make_rollup("UTC");  // from here on, each append also updates the rollup
  std::vector<event::Accepted> runs(static_cast<std::size_t>(events / events_of_a_run + 1), accepted());
  std::int64_t first_id = ledger.accept({1000, "one", "digits.toml", "text"}, runs, {}).run_ids.at(0);
  TrainingRun run = fold(first_id, {runs.front()});
  auto start = std::chrono::steady_clock::now();
  for (int done = 0; done < events; done += batch)
    ledger.together([&] {
      for (int i = done; i < std::min(done + batch, events); ++i) {
        run.id = first_id + i / events_of_a_run;
        ledger.append(run, used(static_cast<std::uint32_t>(i + 1)));
      }
    });
  return events / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: durable_appends LEDGER EVENTS BATCH\n", stderr);
    return 2;
  }
  try {
    std::printf("%.1f\n", trainyard::events_per_second(argv[1], std::atoi(argv[2]), std::atoi(argv[3])));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "durable_appends: %s\n", e.what());
    return 1;
  }
}
