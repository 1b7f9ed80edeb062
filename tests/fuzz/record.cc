// What the broker is sent and what it reports: records of fixed size, with any values.
#include "daemon/broker/record.h"

#include <cstring>

#include "daemon/broker/rules.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

namespace {

template <class Record>
Record record_of(const std::uint8_t* bytes, std::size_t size) {
  Record record;
  if (size >= sizeof record) std::memcpy(&record, bytes, sizeof record);
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto request = record_of<BrokerRequest>(bytes, size);
  const auto report = record_of<BrokerReport>(bytes, size);
  AllowRules rules;
  rules.refused_uids = {64030};
  const bool is_allowed = judge_uid(rules, request.uid) == Refusal::none;
  require(!is_allowed || (request.uid >= rules.least_uid && request.uid != 64030));
  require(judge_uid(rules, 0) != Refusal::none);
  require(*words_of(report.refusal) != '\0');
  require(*words_of(refusal_in(report.wait_status)) != '\0');
  passes_by_itself(report.refusal);
  return 0;
}
