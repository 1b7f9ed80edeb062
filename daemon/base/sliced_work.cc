#include "daemon/base/sliced_work.h"

#include <utility>

namespace trainyard {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds slice{3};

}  // namespace

void SlicedWork::begin(Part part, std::function<void()> done) {
  work_ = std::make_shared<const Work>(Work{std::move(part), std::move(done)});
  spent_ = {};
  do_slice();
}

void SlicedWork::stop() {
  work_.reset();
  turn_.stop();
}

// Does parts of the work until the slice is over. A part can stop the work, or begin other work; so `work`
// keeps the part's function alive until the function returns.
void SlicedWork::do_slice() {
  turn_.stop();
  const std::shared_ptr<const Work> work = work_;
  const Clock::time_point begin = Clock::now();
  bool has_more = true;
  Clock::time_point now = begin;
  while (has_more && work_ == work && now < begin + slice) {
    has_more = work->part();
    now = Clock::now();
  }
  if (work_ != work) return;
  spent_ += now - begin;
  if (has_more) {
    turn_ = loop_.after(std::chrono::milliseconds(0), [this] { do_slice(); });
    return;
  }
  work_.reset();
  work->done();
}

}  // namespace trainyard
