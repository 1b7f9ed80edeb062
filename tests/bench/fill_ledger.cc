// fill_ledger LEDGER USER RUNS IN_SLURM < MANIFEST: a ledger of live runs, as the daemon leaves one behind
// when it is killed. The manifest, with its [sweep], is submitted again and again until there are RUNS; the
// first IN_SLURM of them are released, the others queued.
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

void release(Ledger& ledger, std::int64_t run_id) {
  TrainingRun run = ledger.find_run(run_id).value();
  auto key = [&](std::int64_t job_id) { return JobKey{"yard", static_cast<std::uint32_t>(job_id), now()}; };
  for (const RunEvent& event :
       {RunEvent(event::Admitted{now(), 1}), RunEvent(event::Submitted{now(), key(2 * run_id)}),
        RunEvent(event::Released{now(), key(2 * run_id + 1)})}) {
    apply_event(run, event);
    ledger.append(run, event);
  }
}

void fill(const std::string& path, const std::string& user_name, int runs, int in_slurm) {
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
    for (int i = 0; i < in_slurm; ++i) release(ledger, ids.at(static_cast<std::size_t>(i)));
  });
}

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: fill_ledger LEDGER USER RUNS IN_SLURM < MANIFEST\n", stderr);
    return 2;
  }
  try {
    trainyard::fill(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fill_ledger: %s\n", e.what());
    return 1;
  }
}
