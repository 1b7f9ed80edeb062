#include "daemon/cli/follow.h"

namespace trainyard {

Json FollowedFile::next() {
  Json answer = ask();
  std::int64_t attempt = get_or<std::int64_t>(answer, "attempt", attempt_);
  bool of_another_file = attempt != attempt_ && from_ > 0;
  attempt_ = attempt;
  if (of_another_file) {
    from_ = 0;
    answer = ask();
  }
  std::int64_t next = get<std::int64_t>(answer, "next");
  moved_ = next > from_;
  from_ = next;
  return answer;
}

Json FollowedFile::ask() {
  return daemon_.get(run_target(run_id_, what_ + "?from=" + std::to_string(from_) + query_));
}

}  // namespace trainyard
