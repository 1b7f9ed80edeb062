// Acceptance: from read manifests to accepted runs, all or none. A submission may come from a request, or
// from within the daemon. On the loop.
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

// Runs in a row that ask for the same resources and data for the same kind of program, so that one stands for
// all. A sweep of thousands is one such row.
struct RunsAlike {
  std::size_t first = 0;  // index of its manifest
  std::size_t count = 0;
};
std::vector<RunsAlike> runs_alike(const std::vector<Manifest>& manifests);

struct SubmitRequest {
  Owner owner;
  std::string home;              // of the owner; empty where it is not known
  std::set<std::string> groups;  // of Unix, the owner's
  Submission submission;
  std::vector<Manifest> manifests;
  std::vector<RunsAlike> alike = {};  // of the manifests: with thousands of them work for another thread
  std::string code_digest;            // empty: none
  bool dry_run = false;
};

struct SubmitAnswer {
  std::vector<std::int64_t> run_ids;  // empty for a dry run
  bool repeated = false;              // the same client id had been accepted before
  int runs = 0, jobs = 0, gpus = 0;   // of all runs together
  struct DataSetPlan {
    std::string source, digest;
    std::string state;            // "ready", "staging", "wanted", "new"
    std::int64_t size_bytes = 0;  // of the objects
  };
  std::vector<DataSetPlan> data_sets;
  std::string plan;
  int plan_gpus = 0, plan_gpus_in_use = 0;  // 0 where there are no plans
};

class Acceptance {
 public:
  using Answer = std::function<void(SubmitAnswer)>;
  using Failed = std::function<void(std::exception_ptr)>;

  Acceptance(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps, Entities& entities,
             const DriverSettings& settings);

  // The answer to the same submission when it has been accepted already: its runs. Error{invalid} when its
  // client id stands for other contents.
  std::optional<SubmitAnswer> submitted_before(const Submission& submission) const;

  // Asks the scheduler whether the user may use what the manifests name, has the sources listed by his
  // deputy, then accepts all runs or none and answers once. Failure: an Error in the exception_ptr.
  void submit(SubmitRequest request, Answer answer, Failed failed);

  // Called after runs have been accepted, with their data sets that are to be staged.
  void on_accepted(std::function<void(const std::vector<std::string>& wanted)> accepted) {
    accepted_ = std::move(accepted);
  }

  // The part of scratch that a user's next run gets.
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
  std::string state_of(const std::string& digest) const;  // of a data set, as the answer says it
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
