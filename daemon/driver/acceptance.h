// Acceptance: checks the parsed manifests of a submission and accepts their runs, all or none. Used on the
// loop.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/settings.h"
#include "daemon/driver/submission_writer.h"
#include "daemon/ledger/ledger.h"
#include "daemon/queries/name_check.h"
#include "daemon/steps/steps.h"

namespace trainyard {

// A group of consecutive runs of a submission with the same resources, the same data and the same kind of
// program. Only the first run of a group is checked. A sweep of thousands of runs is one group.
struct RunsAlike {
  std::size_t first = 0;  // index of the first run's manifest
  std::size_t count = 0;
};
std::vector<RunsAlike> runs_alike(const std::vector<Manifest>& manifests);

struct SubmitRequest {
  Owner owner;
  std::string home;              // the owner's home directory; empty: unknown
  std::set<std::string> groups;  // the owner's Unix groups
  Submission submission;
  std::vector<Manifest> manifests;
  std::vector<RunsAlike> alike = {};  // of the manifests; empty: submit() makes them, on the loop
  std::string code_digest;            // digest of the uploaded code; empty: none
  bool dry_run = false;
};

struct SubmitAnswer {
  std::vector<std::int64_t> run_ids;  // empty for a dry run
  bool repeated = false;              // a submission with this client id was accepted before
  int runs = 0, jobs = 0, gpus = 0;   // of the submission; jobs: 2 per run and 1 per new data set
  struct DataSetPlan {
    std::string source, digest;
    std::string state;            // "ready", "staging", "wanted", "new"
    std::int64_t size_bytes = 0;  // of the source's objects, together
  };
  std::vector<DataSetPlan> data_sets;
  std::string plan;
  int plan_gpus = 0, plan_gpus_in_use = 0;  // the plan's limit, and what is in use of it; 0: no such plan
};

class Acceptance {
 public:
  using Answer = std::function<void(SubmitAnswer)>;
  using Failed = std::function<void(std::exception_ptr)>;

  Acceptance(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps, Entities& entities,
             const DriverSettings& settings);

  // Returns the answer with the existing runs if this submission was accepted before, else nullopt. Throws
  // Error{invalid} if the user's earlier submission with this client id had other contents.
  std::optional<SubmitAnswer> submitted_before(const Submission& submission) const;

  // Checks with the scheduler that the user may use the accounts, partitions and QOS that the manifests name.
  // Has the user's deputy list the objects of the data sources. Then accepts all runs or none. Calls `answer`
  // or `failed` once; `failed` gets an Error.
  void submit(SubmitRequest request, Answer answer, Failed failed);

  // Sets the function that is called after runs were accepted, with the digests of their data sets that must
  // be staged.
  void on_accepted(std::function<void(const std::vector<std::string>& wanted)> accepted) {
    accepted_ = std::move(accepted);
  }

  // Returns the user's part of scratch, in which his next run gets its directory.
  ScratchPlace scratch_of(const Owner& owner, const std::string& home) const;

 private:
  struct Data;
  struct Offer;
  void check_limits(const SubmitRequest& request) const;
  void list_and_accept(const std::shared_ptr<SubmitRequest>& request, Answer answer, const Failed& failed);
  std::vector<SourceList> list_all(const SubmitRequest& request, const ScratchPlace& scratch) const;
  void accept(const std::shared_ptr<SubmitRequest>& request, const std::vector<SourceList>& sources,
              const Answer& answer, const Failed& failed);
  Offer offer_of(SubmitRequest& request, const std::vector<SourceList>& sources) const;
  std::string state_of(const std::string& digest) const;  // DataSetPlan::state of a data set
  Data data_of(const SubmitRequest& request, const std::vector<SourceList>& sources,
               const ScratchPlace& scratch) const;
  event::Accepted run_of(const SubmitRequest& request, const Manifest& manifest, const Data& data,
                         const ScratchPlace& scratch) const;
  void tell_plan(SubmitAnswer& answer, const event::Accepted& first) const;

  Lanes& lanes_;
  Ledger& ledger_;
  Steps& steps_;
  Entities& entities_;
  const DriverSettings& settings_;
  NameCheck names_;
  SubmissionWriter writer_;
  std::function<void(const std::vector<std::string>&)> accepted_;
};

}  // namespace trainyard
