// Describes events in words, for the history that `trainyard show` prints.
#include <fmt/format.h>

#include "daemon/api/wire.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

std::string job(const JobKey& key) { return "job " + to_string(key); }

std::string with_reason(std::string text, const std::string& reason) {
  return reason.empty() ? text : std::move(text) + ": " + reason;
}

struct Describe {
  std::string operator()(const event::Accepted& e) const {
    return e.plan.empty() ? "by " + e.owner.name : fmt::format("by {}, plan {}", e.owner.name, e.plan);
  }
  std::string operator()(const event::Admitted& e) const { return fmt::format("attempt {}", e.attempt); }
  std::string operator()(const event::Submitted& e) const {
    return with_reason("train " + job(e.train), e.said);
  }
  std::string operator()(const event::Released& e) const { return "store " + job(e.store) + " behind it"; }
  std::string operator()(const event::Started& e) const { return "train job on " + e.nodes; }
  std::string operator()(const event::Waiting& e) const { return e.what.words; }
  std::string operator()(const event::Suspended&) const { return "its train job, by Slurm"; }
  std::string operator()(const event::Resumed& e) const {
    return fmt::format("after {} s", (e.suspended.until - e.suspended.since).count());
  }
  std::string operator()(const event::Ended& e) const {
    return fmt::format("{} {}: {}", to_string(e.role), job(e.job.key), e.job.state);
  }
  std::string operator()(const event::Used& e) const {
    std::string text =
        fmt::format("{} {}: {} GPU-seconds", to_string(e.role), job(e.segment.job), gpu_seconds(e.segment));
    return with_reason(std::move(text), e.reason);
  }
  std::string operator()(const event::Reassigned& e) const {
    return "Slurm has its train job under account " + e.account;
  }
  std::string operator()(const event::Settled& e) const { return with_reason(to_string(e.result), e.reason); }
  std::string operator()(const event::Stored& e) const {
    return fmt::format("{} objects, {}", e.objects, format_size(e.size_bytes));
  }
  std::string operator()(const event::StoreRetried& e) const {
    return with_reason("store " + job(e.store), e.reason);
  }
  std::string operator()(const event::Failed& e) const { return e.reason; }
  std::string operator()(const event::CancelRequested& e) const { return "by " + e.by; }
  std::string operator()(const event::Corrected& e) const {
    return fmt::format("{}: {} GPU-seconds for {}: {}", job(e.is.job), gpu_seconds(e.is), gpu_seconds(e.was),
                       e.reason);
  }
  std::string operator()(const event::Cancelled&) const { return ""; }
  std::string operator()(const event::Unknown&) const { return "written by a newer release of trainyardd"; }
  std::string operator()(const event::Retried& e) const { return e.reason; }
};

}  // namespace

std::string describe(const RunEvent& event) { return std::visit(Describe{}, event); }

}  // namespace trainyard
