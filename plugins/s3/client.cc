#include "plugins/s3/client.h"

#include <algorithm>
#include <list>
#include <random>
#include <thread>
#include <utility>

#include "plugins/s3/concurrency.h"
#include "plugins/s3/exchange.h"

namespace trainyard {
namespace {

using Clock = std::chrono::steady_clock;

// How many bytes a request counts in the throughput, in addition to the bytes that it transfers, so that
// small requests count, too.
constexpr double bytes_per_request = 64 << 10;

// Returns how many requests run at a time at first: few if the requests are large, because these use the
// network well, more if they are small, because these mostly wait for answers.
int first_requests(const std::optional<Request>& request) {
  constexpr std::int64_t large = 16 << 20;
  const std::int64_t size = !request         ? 0
                            : request->range ? request->range->size_bytes
                            : request->file  ? request->file->size_bytes
                                             : 0;
  return size >= large ? 2 : 8;
}

// Performs the requests of one perform_all(): those that run, and those that wait to be repeated.
class RequestQueue {
 public:
  RequestQueue(Connections& connections, Signer& signer, const StoreAccess& access,
               const ClientLimits& limits, Pace& pace, const std::function<std::optional<Request>()>& next)
      : connections_(connections),
        signer_(signer),
        access_(access),
        limits_(limits),
        pace_(pace),
        next_(next),
        next_request_(next_()),
        concurrency_(access.settings.connections, first_requests(next_request_), Clock::now()),
        random_(std::random_device{}()) {}

  ~RequestQueue() {
    for (Running& running : running_) connections_.break_off(running.easy.get());
  }
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  void perform() {
    while (fill(), !running_.empty() || !waiting_.empty()) {
      resume_paused();
      for (const Connections::Ended& ended : connections_.work(until_next_turn())) finish(ended);
      concurrency_.look(Clock::now(), is_busy());
    }
    // The last bytes may have come ahead of the limit.
    std::this_thread::sleep_for(pace_.ahead(Clock::now()));
  }

 private:
  struct Running {
    EasyHandle easy;
    std::unique_ptr<Exchange> exchange;
  };
  struct Waiting {
    Clock::time_point due;
    std::unique_ptr<Exchange> exchange;
  };

  bool is_busy() const { return static_cast<int>(running_.size()) >= concurrency_.allowed(); }

  // Begins requests until as many run as `concurrency_` allows: first those that are due to be repeated, then
  // new ones.
  void fill() {
    while (!is_busy()) {
      std::unique_ptr<Exchange> exchange = take_due();
      if (!exchange) exchange = take_next();
      if (!exchange) return;
      begin(std::move(exchange));
    }
  }

  std::unique_ptr<Exchange> take_due() {
    const auto due =
        std::find_if(waiting_.begin(), waiting_.end(),
                     [now = Clock::now()](const Waiting& waiting) { return waiting.due <= now; });
    if (due == waiting_.end()) return nullptr;
    std::unique_ptr<Exchange> exchange = std::move(due->exchange);
    waiting_.erase(due);
    return exchange;
  }

  std::unique_ptr<Exchange> take_next() {
    // Requests that wait to be repeated count as running, because they still use memory.
    if (is_at_end_ || static_cast<int>(running_.size() + waiting_.size()) >= access_.settings.connections)
      return nullptr;
    std::optional<Request> request = std::exchange(next_request_, std::nullopt);
    if (!request) request = next_();
    is_at_end_ = !request;
    if (is_at_end_) return nullptr;
    return std::make_unique<Exchange>(std::move(*request), access_.settings, limits_, pace_);
  }

  void begin(std::unique_ptr<Exchange> exchange) {
    Running running{connections_.take_handle(), std::move(exchange)};
    running.exchange->prepare(running.easy.get(), signer_);
    connections_.begin(running.easy.get());
    running_.push_back(std::move(running));
  }

  // Lets paused requests go on for as long as the pace permits it, in turns.
  void resume_paused() {
    for (std::size_t left = running_.size(); left > 0 && pace_.permits(Clock::now()); --left) {
      const Running& first = running_.front();
      if (first.exchange->is_paused()) first.exchange->resume(first.easy.get());
      running_.splice(running_.end(), running_, running_.begin());
    }
  }

  bool has_paused() const {
    return std::any_of(running_.begin(), running_.end(),
                       [](const Running& running) { return running.exchange->is_paused(); });
  }

  void finish(const Connections::Ended& ended) {
    const auto found = std::find_if(running_.begin(), running_.end(),
                                    [&](const Running& running) { return running.easy.get() == ended.easy; });
    connections_.break_off(ended.easy);
    Running done = std::move(*found);
    running_.erase(found);
    connections_.give_back(std::move(done.easy));

    concurrency_.count(bytes_per_request + static_cast<double>(done.exchange->bytes_of_this_try()));
    if (const std::optional<Failure> failure = done.exchange->judge(ended.code, signer_.asker()))
      try_again(std::move(done.exchange), *failure);
    else if (done.exchange->request().done)
      done.exchange->request().done(done.exchange->answer());
  }

  // Lets the request wait until it is to be repeated. Throws the failure as an Error if it will not be
  // repeated.
  void try_again(std::unique_ptr<Exchange> exchange, const Failure& failure) {
    using Cure = Failure::Cure;
    const bool is_cured = signer_.cure(failure, exchange->generation());
    if (failure.cure == Cure::fewer) concurrency_.slow_down(Clock::now());
    const bool can_succeed = is_cured || failure.cure == Cure::wait || failure.cure == Cure::fewer;
    std::optional<std::chrono::milliseconds> pause;
    if (can_succeed) pause = exchange->backoff().after_failure(share_(random_));
    if (!pause) throw Error(failure.kind, failure.message);
    waiting_.push_back({Clock::now() + *pause, std::move(exchange)});
  }

  // Returns how long the sockets may be waited for: until a paused request goes on, or one is repeated.
  std::chrono::milliseconds until_next_turn() const {
    std::chrono::milliseconds longest{1000};
    if (has_paused())
      longest = std::min(longest, std::chrono::ceil<std::chrono::milliseconds>(pace_.ahead(Clock::now())));
    if (is_busy()) return longest;  // a request that is due has to wait for the end of another one
    for (const Waiting& waiting : waiting_)
      longest = std::min(longest, std::chrono::ceil<std::chrono::milliseconds>(waiting.due - Clock::now()));
    return longest;
  }

  Connections& connections_;
  Signer& signer_;
  const StoreAccess& access_;
  const ClientLimits& limits_;
  Pace& pace_;
  const std::function<std::optional<Request>()>& next_;
  std::optional<Request> next_request_;  // asked for already
  Concurrency concurrency_;
  std::mt19937 random_;
  std::uniform_real_distribution<double> share_;
  std::list<Running> running_;
  std::list<Waiting> waiting_;
  bool is_at_end_ = false;
};

}  // namespace

S3Client::S3Client(const StoreAccess& access, const ClientLimits& limits)
    : access_(access),
      limits_(limits),
      signer_(access),
      pace_(pace_of_process(access.settings.bytes_per_second)) {}

S3Client::~S3Client() = default;

Answer S3Client::perform(Request request) {
  Answer answer;
  request.done = [&](const Answer& a) { answer = a; };
  std::optional<Request> only = std::move(request);
  perform_all([&] { return std::exchange(only, std::nullopt); });
  return answer;
}

void S3Client::perform_all(const std::function<std::optional<Request>()>& next) {
  std::unique_ptr<Connections> connections = take_connections();
  {
    RequestQueue queue(*connections, signer_, access_, limits_, *pace_, next);
    queue.perform();
  }
  give_back(std::move(connections));
}

std::unique_ptr<Connections> S3Client::take_connections() {
  std::unique_ptr<Connections> connections = idle_.with([](auto& idle) {
    std::unique_ptr<Connections> taken;
    if (idle.empty()) return taken;
    taken = std::move(idle.back());
    idle.pop_back();
    return taken;
  });
  return connections ? std::move(connections) : std::make_unique<Connections>();
}

void S3Client::give_back(std::unique_ptr<Connections> connections) {
  idle_.with([&](auto& idle) { idle.push_back(std::move(connections)); });
}

}  // namespace trainyard
