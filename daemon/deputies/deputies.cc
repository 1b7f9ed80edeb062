#include "daemon/deputies/deputies.h"

#include <fmt/format.h>

#include <atomic>
#include <future>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/deputies/users.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;

// How many calls can wait for one deputy; further ones fail at once.
constexpr std::size_t most_waiting = 2000;
// How long a call waits until it is sent to the deputy; then the call's own deadline begins.
constexpr std::chrono::milliseconds most_waiting_time = 60s;
constexpr std::chrono::milliseconds most_starting_time = 10s;

std::exception_ptr unavailable(const std::string& why) {
  return std::make_exception_ptr(Error(ErrorKind::unavailable, why));
}

// Returns the error of a call that a deputy did not answer by the deadline: FilesAreSilent for a deputy for
// files, else Error{unavailable}.
std::exception_ptr silent(DeputyKind kind, const std::string& words) {
  return kind == DeputyKind::files ? std::make_exception_ptr(FilesAreSilent(words)) : unavailable(words);
}

// Returns the clock's time as the first serial, so that no serial is used again, not even by a later daemon.
std::uint64_t first_serial() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

std::string words_for_overdue(DeputyKind kind, std::chrono::milliseconds deadline) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline).count();
  return kind == DeputyKind::files
             ? fmt::format("the file system of your scratch does not answer (for {} s)", seconds)
             : fmt::format("Slurm does not answer (for {} s)", seconds);
}

}  // namespace

struct Deputies::Waiting {
  std::string bytes;  // the request, encoded
  UniqueFd fd;
  std::chrono::milliseconds deadline;
  std::function<void(Frame)> answer;
  std::function<void(std::exception_ptr)> failed;
  Loop::Watch patience;  // ends the wait for its turn
};

struct Deputies::Deputy {
  enum class State {
    absent,    // no process; one is started when a call waits
    starting,  // the process was requested
    idle,      // waits for a call
    sending,   // sends a request
    working,   // works on a request
    ending,    // must end, or has closed its end; no successor before it is reaped
  };
  Key key;
  DeputyName name;
  State state = State::absent;
  UniqueFd socket;
  Loop::Watch readable, writable, timer;
  std::deque<std::shared_ptr<Waiting>> waiting;
  std::shared_ptr<Waiting> current;  // being sent or worked on
  std::size_t sent = 0;
  FrameParser parser;
  std::string overdue_words;  // why the current call fails, once it is overdue
};

// A thread that waits in call_and_wait(). The loop gives it the deputy's answer, or stop() an error; the
// first of them counts.
struct Deputies::Blocked {
  std::promise<Frame> promise;
  std::atomic_flag is_answered;

  void answer(Frame frame) {
    if (!is_answered.test_and_set()) promise.set_value(std::move(frame));
  }
  void fail(std::exception_ptr error) {
    if (!is_answered.test_and_set()) promise.set_exception(error);
  }
};

Deputies::Deputies(Loop& loop, std::unique_ptr<DeputyStarter> starter, std::chrono::milliseconds idle)
    : loop_(loop), starter_(std::move(starter)), idle_(idle), last_serial_(first_serial()) {
  starter_->tell({
      .started = [this](const DeputyName& name, UniqueFd socket) { started(name, std::move(socket)); },
      .refused = [this](const DeputyName& name, const std::string& why,
                        bool passes) { ended(name, why, passes); },
      .survived =
          [this](const DeputyName& name) {
            Key key{name.uid, name.kind};
            std::unique_ptr<Deputy>& survivor = deputies_[key];
            if (!survivor) survivor = std::make_unique<Deputy>();
            survivor->key = key;
            survivor->name = name;
            end(*survivor);
            starter_->kill(name);
          },
      .reaped = [this](const DeputyName& name, const std::string& why,
                       bool passes) { ended(name, why, passes); },
  });
}

Deputies::~Deputies() { stop(); }

void Deputies::stop() {
  stopped_ = true;
  auto blocked = threads_.with([](Threads& threads) {
    threads.stopped = true;
    return threads.blocked;
  });
  for (const std::shared_ptr<Blocked>& thread : blocked) thread->fail(unavailable("the daemon is stopping"));
  auto all = std::exchange(deputies_, {});
  for (auto& [key, deputy] : all) {
    fail_waiting(*deputy, unavailable("the daemon is stopping"));
    if (deputy->current) deputy->current->failed(unavailable("the daemon is stopping"));
  }
}

void Deputies::on_reaped(std::function<void(std::uint32_t uid, DeputyKind kind)> observer) {
  reaped_observer_ = std::move(observer);
}

void Deputies::call(DeputyCall call, std::function<void(Frame)> answer,
                    std::function<void(std::exception_ptr)> failed) {
  if (stopped_) return failed(unavailable("the daemon is stopping"));
  auto waiting = std::make_shared<Waiting>();
  try {
    waiting->bytes = encode(call.request);
  } catch (...) {
    return failed(std::current_exception());
  }
  Key key{call.uid, call.kind};
  std::unique_ptr<Deputy>& deputy = deputies_[key];
  if (!deputy) {
    deputy = std::make_unique<Deputy>();
    deputy->key = key;
  }
  if (deputy->waiting.size() >= most_waiting)
    return failed(unavailable("too many requests of yours are waiting for their turn"));
  waiting->fd = std::move(call.request.fd);
  waiting->deadline = call.deadline;
  waiting->answer = std::move(answer);
  waiting->failed = std::move(failed);
  waiting->patience = loop_.after(most_waiting_time, [this, key, weak = std::weak_ptr(waiting)] {
    auto late = weak.lock();
    auto found = deputies_.find(key);
    if (!late || found == deputies_.end()) return;
    late->patience.stop();
    std::erase(found->second->waiting, late);
    if (!found->second->overdue_words.empty())
      return late->failed(silent(key.second, found->second->overdue_words));
    std::string why = starter_->trouble();
    late->failed(unavailable(why.empty() ? "an earlier request of yours is not done yet" : why));
  });
  deputy->waiting.push_back(std::move(waiting));
  advance(key);
}

Frame Deputies::call_and_wait(DeputyCall call) {
  auto blocked = std::make_shared<Blocked>();
  bool is_stopped = threads_.with([&](Threads& threads) {
    if (!threads.stopped) threads.blocked.insert(blocked);
    return threads.stopped;
  });
  if (is_stopped) throw Error(ErrorKind::unavailable, "the daemon is stopping");
  loop_.post([this, blocked, call = std::make_shared<DeputyCall>(std::move(call))] {
    this->call(
        std::move(*call), [blocked](Frame frame) { blocked->answer(std::move(frame)); },
        [blocked](std::exception_ptr error) { blocked->fail(error); });
  });
  std::future<Frame> answer = blocked->promise.get_future();
  answer.wait();
  threads_.with([&](Threads& threads) { return threads.blocked.erase(blocked); });
  return answer.get();
}

Deputies::Deputy* Deputies::find(const DeputyName& name) {
  auto found = deputies_.find({name.uid, name.kind});
  return found != deputies_.end() && found->second->name == name ? found->second.get() : nullptr;
}

// Starts the deputy's process if a call waits and there is no process, sends the next call if the deputy is
// idle, or, if no call waits, sets the timer that ends an idle deputy.
void Deputies::advance(const Key& key) {
  auto found = deputies_.find(key);
  if (found == deputies_.end()) return;
  Deputy& deputy = *found->second;
  switch (deputy.state) {
    case Deputy::State::absent:
      if (deputy.waiting.empty()) {
        deputies_.erase(found);
        return;
      }
      if (!starter_->is_ready()) {
        // Tries again later. If a call waits too long until then, its timer `patience` fails it.
        deputy.timer = loop_.after(100ms, [this, key] { advance(key); });
        return;
      }
      deputy.name = {key.first, key.second, ++last_serial_};
      deputy.state = Deputy::State::starting;
      deputy.timer = loop_.after(most_starting_time, [this, key] { overdue(key); });
      starter_->start(deputy.name);
      return;
    case Deputy::State::idle:
      if (deputy.waiting.empty()) {
        deputy.timer = loop_.after(idle_, [this, key] {
          if (auto idle = deputies_.find(key); idle != deputies_.end()) end(*idle->second);
        });
        return;
      }
      deputy.current = deputy.waiting.front();
      deputy.waiting.pop_front();
      deputy.current->patience.stop();
      deputy.sent = 0;
      deputy.state = Deputy::State::sending;
      stamp_begin_before(deputy.current->bytes, std::chrono::steady_clock::now() + deputy.current->deadline);
      deputy.timer = loop_.after(deputy.current->deadline, [this, key] { overdue(key); });
      send(deputy);
      return;
    case Deputy::State::starting:
    case Deputy::State::sending:
    case Deputy::State::working:
    case Deputy::State::ending:
      return;
  }
}

void Deputies::started(const DeputyName& name, UniqueFd socket) {
  Deputy* deputy = find(name);
  if (deputy == nullptr || deputy->state != Deputy::State::starting)
    return;  // the socket is closed here, so the deputy ends
  deputy->socket = std::move(socket);
  deputy->state = Deputy::State::idle;
  wait_for_answer(*deputy);
  advance(deputy->key);
}

void Deputies::send(Deputy& deputy) {
  std::string_view rest = std::string_view(deputy.current->bytes).substr(deputy.sent);
  try {
    deputy.sent += send_some(deputy.socket.get(), rest, deputy.sent == 0 ? deputy.current->fd.get() : -1);
  } catch (const Error&) {
    deputy.writable.stop();
    return;  // the deputy has gone: DeputyNews::reaped tells why
  }
  if (deputy.sent < deputy.current->bytes.size()) return wait_to_send(deputy);
  if (deputy.writable) {
    deputy.writable.stop();
    wait_for_answer(deputy);
  }
  deputy.state = Deputy::State::working;
}

// Waits until the socket takes more bytes of the request. The loop allows one watch per descriptor, so what
// the deputy sends meanwhile is read when the whole request is sent.
void Deputies::wait_to_send(Deputy& deputy) {
  if (deputy.writable) return;
  deputy.readable.stop();
  deputy.writable = loop_.watch_writable(deputy.socket.get(), [this, key = deputy.key] {
    if (auto found = deputies_.find(key); found != deputies_.end() && found->second->current)
      send(*found->second);
  });
}

void Deputies::wait_for_answer(Deputy& deputy) {
  deputy.readable = loop_.watch_readable(deputy.socket.get(), [this, key = deputy.key] { receive(key); });
}

void Deputies::receive(const Key& key) {
  auto found = deputies_.find(key);
  if (found == deputies_.end()) return;
  Deputy& deputy = *found->second;
  std::optional<std::string> bytes = receive_some(deputy.socket.get());
  if (!bytes) return;
  std::optional<Frame> answer;
  bool is_sane = !bytes->empty();
  try {
    deputy.parser.add(*bytes);
    answer = deputy.parser.next();
    is_sane = is_sane && (!answer || deputy.state == Deputy::State::working);  // no answer without a request
  } catch (const Error& e) {
    is_sane = false;
  }
  if (!is_sane) return end(deputy);
  if (!answer) return;
  std::shared_ptr<Waiting> done = std::move(deputy.current);
  deputy.current.reset();
  deputy.state = Deputy::State::idle;
  deputy.timer.stop();
  deputy.overdue_words.clear();
  advance(key);
  done->answer(std::move(*answer));
}

void Deputies::overdue(const Key& key) {
  auto found = deputies_.find(key);
  if (found == deputies_.end()) return;
  Deputy& deputy = *found->second;
  deputy.overdue_words = deputy.current
                             ? words_for_overdue(key.second, deputy.current->deadline)
                             : "no deputy can be started: the name service or the broker does not answer";
  log_warning("event=deputy_overdue uid={} kind={} {}", key.first,
              key.second == DeputyKind::files ? "files" : "slurm", deputy.overdue_words);
  std::shared_ptr<Waiting> late = deputy.current;
  // A request to a deputy for files can be repeated without harm, so its caller gets the error now. A deputy
  // for Slurm might still submit a job, so its caller gets the error when the deputy is reaped.
  bool may_go_on = key.second == DeputyKind::slurm;
  if (late && !may_go_on) deputy.current.reset();
  std::string words = deputy.overdue_words;
  end(deputy);
  starter_->kill(deputy.name);
  if (late && !may_go_on) late->failed(silent(key.second, words));
}

// Closes the socket, so that the deputy ends by itself. Kills it if it has not ended five seconds later.
void Deputies::end(Deputy& deputy) {
  deputy.readable.stop();
  deputy.writable.stop();
  deputy.timer.stop();
  deputy.socket.reset();
  deputy.parser = {};
  deputy.state = Deputy::State::ending;
  deputy.timer = loop_.after(5s, [this, name = deputy.name] { starter_->kill(name); });
}

void Deputies::ended(const DeputyName& name, const std::string& why, bool passes_by_itself) {
  Deputy* deputy = find(name);
  if (deputy == nullptr) return;
  bool never_came = deputy->state == Deputy::State::starting;
  std::shared_ptr<Waiting> lost = std::move(deputy->current);
  deputy->current.reset();
  std::string words = deputy->overdue_words.empty() ? why : deputy->overdue_words;
  if (words.empty()) words = "the deputy that was to do it has ended";
  std::exception_ptr error = std::make_exception_ptr(
      Error(why.empty() || passes_by_itself ? ErrorKind::unavailable : ErrorKind::denied, words));
  end(*deputy);
  deputy->timer.stop();
  deputy->state = Deputy::State::absent;
  if (reaped_observer_) reaped_observer_(name.uid, name.kind);
  Key key = deputy->key;
  if (never_came) fail_waiting(*deputy, error);
  if (lost) lost->failed(error);
  advance(key);
}

void Deputies::fail_waiting(Deputy& deputy, std::exception_ptr error) {
  for (std::shared_ptr<Waiting>& call : std::exchange(deputy.waiting, {})) {
    call->patience.stop();
    call->failed(error);
  }
}

}  // namespace trainyard
