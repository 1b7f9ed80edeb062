// fill_ledger LEDGER USER RUNS IN_SLURM OVER DATA_SETS < MANIFEST: makes a ledger as a killed daemon leaves
// it behind. Submits the manifest, with its [sweep], repeatedly until there are RUNS runs. The first IN_SLURM
// runs are released, the last OVER are over and charged a minute of GPU time each, the others are queued. All
// runs that are not over have the event `waiting`. DATA_SETS data sets are ready.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "daemon/base/error.h"
#include "daemon/base/user.h"
#include "daemon/ledger/ledger.h"
#include "daemon/manifest/read_manifest.h"

namespace trainyard {
namespace {

std::vector<event::Accepted> runs_of(const std::string& manifest, const Owner& owner) {
  std::vector<event::Accepted> runs;
  for (const Manifest& one : read_manifest(manifest, "sweep.toml"))
    runs.push_back({now(), owner, one, "", "", ""});
  return runs;
}

JobKey key(std::int64_t job_id) { return {"yard", static_cast<std::uint32_t>(job_id), now()}; }

std::vector<RunEvent> until_released(std::int64_t run_id) {
  return {event::Admitted{now(), 1}, event::Submitted{now(), key(2 * run_id)},
          event::Released{now(), key(2 * run_id + 1)}};
}

std::vector<RunEvent> until_waiting_in_slurm(std::int64_t run_id) {
  std::vector<RunEvent> events = until_released(run_id);
  events.push_back(event::Waiting{now(), waiting_in_scheduler("Resources")});
  return events;
}

event::Waiting waiting_for_plan() {
  return {now(), {"plan", "waiting for GPUs of the plan wide: 1000000 of 1000000 are in use"}};
}

std::vector<RunEvent> until_over(std::int64_t run_id) {
  std::vector<RunEvent> events = until_released(run_id);
  Segment used;
  used.job = key(2 * run_id);
  used.gpus = 1;
  used.started_at = now();
  used.ended_at = used.started_at + std::chrono::minutes(1);
  events.push_back(event::Started{now(), used.started_at, "n1", used.gpus});
  JobStatus ended;
  ended.key = used.job;
  ended.phase = JobPhase::ended;
  ended.started_at = used.started_at;
  ended.ended_at = used.ended_at;
  events.push_back(event::Ended{now(), JobRole::train, ended});
  events.push_back(event::Used{now(), JobRole::train, used, ""});
  events.push_back(event::Settled{.at = now(), .result = Result::completed, .reason = {}});
  events.push_back(event::Stored{now(), 1, 1000, {}});
  return events;
}

void append(Ledger& ledger, std::int64_t run_id, const std::vector<RunEvent>& events) {
  TrainingRun run = ledger.find_run(run_id).value();
  for (const RunEvent& event : events) {
    apply_event(run, event);
    ledger.append(run, event);
  }
}

void add_data_set(Ledger& ledger, const Owner& owner, const std::string& digest) {
  const event::Wanted wanted{now(), owner, {}, 1000, 1'000'000'000, {"/scratch", "/scratch/trainyard"}};
  ledger.accept({owner.uid, digest, "", ""}, {}, {{digest, wanted}});
  DataSet data_set = ledger.find_data_set(digest).value();
  for (const DataSetEvent& event : {DataSetEvent(event::Staging{now(), 1, key(1)}),
                                    DataSetEvent(event::Ready{now(), 1'000'000'000, 60'000, 10'000})}) {
    apply_event(data_set, event);
    ledger.append(data_set, event);
  }
}

void fill(const std::string& path, const std::string& user_name, int runs, int in_slurm, int over,
          int data_sets) {
  User user = user_of(uid_of(user_name));
  std::string manifest{std::istreambuf_iterator<char>(std::cin), {}};
  std::vector<event::Accepted> sweep = runs_of(manifest, {user.uid, user.gid, user.name});
  Ledger ledger(path);
  std::vector<std::int64_t> ids;
  while (std::ssize(ids) < runs) {
    sweep.resize(std::min(sweep.size(), static_cast<std::size_t>(runs) - ids.size()));
    Submission submission{user.uid, std::to_string(ids.size()), "sweep.toml", manifest};
    for (std::int64_t id : ledger.accept(submission, sweep, {}).run_ids) ids.push_back(id);
  }
  ledger.together([&] {
    for (int i = 0; i < runs; ++i) {
      std::int64_t id = ids.at(static_cast<std::size_t>(i));
      if (i < in_slurm)
        append(ledger, id, until_waiting_in_slurm(id));
      else if (i < runs - over)
        append(ledger, id, {waiting_for_plan()});
      else
        append(ledger, id, until_over(id));
    }
    for (int i = 0; i < data_sets; ++i) add_data_set(ledger, sweep.front().owner, "data" + std::to_string(i));
  });
}

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fputs("usage: fill_ledger LEDGER USER RUNS IN_SLURM OVER DATA_SETS < MANIFEST\n", stderr);
    return 2;
  }
  try {
    trainyard::fill(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]),
                    std::atoi(argv[6]));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fill_ledger: %s\n", e.what());
    return 1;
  }
}
