#include "daemon/base/name_service.h"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

using Clock = std::chrono::steady_clock;
using Guard = std::unique_lock<std::mutex>;

// The last answer about one uid, and whether a look-up of this uid is queued or running.
struct Entry {
  std::optional<Identity> identity;
  std::exception_ptr error;  // of the last look-up, if it found no user
  Clock::time_point good_until{};
  bool asked = false;  // a look-up is queued or running
  Clock::time_point asked_at{};
};

struct Waiter {
  uid_t uid = 0;
  NameService::Known known;
  NameService::Failed failed;
  Loop::Watch patience;
};

bool is_not_found(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e.kind() == ErrorKind::not_found;
  } catch (...) {
    return false;
  }
}

std::exception_ptr no_answer(uid_t uid) {
  return std::make_exception_ptr(
      Error(ErrorKind::unavailable, "the name service of this machine does not answer who uid " +
                                        std::to_string(uid) + " is; try again later"));
}

}  // namespace

// The NameService and its threads share the State, because a thread that hangs in a look-up still uses it
// after the NameService is destroyed.
struct NameService::State : std::enable_shared_from_this<State> {
  State(Loop& its_loop, Ask its_ask, NameServiceSettings its_settings)
      : loop(&its_loop), ask(std::move(its_ask)), settings(its_settings) {}

  // The next four functions are called with `mutex` held.
  void begin_look_up(uid_t uid);
  void start_thread();
  void note(uid_t uid, std::optional<Identity> identity, std::exception_ptr error);
  bool must_be_waited_for(uid_t uid) const;

  void serve();                       // the main function of a thread
  void settle(std::uint64_t ticket);  // on the loop: answers one waiter
  void settle_all(uid_t uid);         // on the loop: answers all waiters for this uid
  // Returns the identity of `uid`, or an error. Called with `mutex` held.
  std::pair<std::optional<Identity>, std::exception_ptr> answer(uid_t uid);

  std::mutex mutex;  // guards all members but `waiters` and `next_ticket`, which only the loop uses
  std::condition_variable more, answered;
  Loop* loop;  // nullptr after the NameService is destroyed
  const Ask ask;
  const NameServiceSettings settings;
  std::map<uid_t, Entry> entries;
  std::deque<uid_t> queue;
  int threads = 0, idle = 0;
  std::map<std::uint64_t, Waiter> waiters;
  std::uint64_t next_ticket = 1;
};

Identity identity_of(uid_t uid) {
  User user = user_of(uid);
  std::vector<std::string> groups = group_names_of(user);
  return {std::move(user), std::move(groups)};
}

// Queues a look-up of this uid, unless the last answer is still valid or a look-up is queued or running.
void NameService::State::begin_look_up(uid_t uid) {
  constexpr std::size_t most_entries = 100'000;
  if (entries.size() >= most_entries)
    std::erase_if(entries, [](const auto& entry) { return !entry.second.asked && !entry.second.identity; });
  Entry& entry = entries[uid];
  if (entry.asked || Clock::now() < entry.good_until) return;
  entry.asked = true;
  entry.asked_at = Clock::now();
  queue.push_back(uid);
  if (idle == 0 && threads < settings.most_threads) start_thread();
  more.notify_one();
}

void NameService::State::start_thread() {
  // Signals belong to the loop's thread, so the new thread inherits a mask that blocks all signals.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([state = shared_from_this()] { state->serve(); }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ++threads;
}

void NameService::State::serve() {
  Guard lock(mutex);
  while (true) {
    ++idle;
    more.wait(lock, [this] { return loop == nullptr || !queue.empty(); });
    --idle;
    if (loop == nullptr) return;
    const uid_t uid = queue.front();
    queue.pop_front();
    lock.unlock();
    std::optional<Identity> identity;
    std::exception_ptr error;
    try {
      identity = ask(uid);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    note(uid, std::move(identity), std::move(error));
    answered.notify_all();
    if (loop != nullptr)
      loop->post([weak = weak_from_this(), uid] {
        if (auto state = weak.lock()) state->settle_all(uid);
      });
  }
}

void NameService::State::note(uid_t uid, std::optional<Identity> identity, std::exception_ptr error) {
  Entry& entry = entries[uid];
  entry.asked = false;
  const bool absent = error && is_not_found(error);
  entry.good_until = Clock::now() + (identity ? settings.fresh
                                     : absent ? settings.fresh_when_absent
                                              : settings.pause);
  if (identity || absent) entry.identity = std::move(identity);
  entry.error = std::move(error);
}

// Returns true if a look-up of this uid is queued or running and `patience` is not over. After `patience`
// callers get the last answer, however old.
bool NameService::State::must_be_waited_for(uid_t uid) const {
  auto found = entries.find(uid);
  return found != entries.end() && found->second.asked &&
         Clock::now() < found->second.asked_at + settings.patience;
}

std::pair<std::optional<Identity>, std::exception_ptr> NameService::State::answer(uid_t uid) {
  const Entry& entry = entries[uid];
  if (entry.identity) return {entry.identity, nullptr};
  return {std::nullopt, entry.asked || !entry.error ? no_answer(uid) : entry.error};
}

void NameService::State::settle(std::uint64_t ticket) {
  auto found = waiters.find(ticket);
  if (found == waiters.end()) return;
  Waiter waiter = std::move(found->second);
  waiters.erase(found);
  Guard lock(mutex);
  const auto [identity, error] = answer(waiter.uid);
  lock.unlock();
  if (identity) return waiter.known(*identity);
  waiter.failed(error);
}

void NameService::State::settle_all(uid_t uid) {
  std::vector<std::uint64_t> tickets;
  for (const auto& [ticket, waiter] : waiters)
    if (waiter.uid == uid) tickets.push_back(ticket);
  for (std::uint64_t ticket : tickets) settle(ticket);
}

NameService::NameService(Loop& loop, Ask ask, NameServiceSettings settings)
    : state_(std::make_shared<State>(loop, std::move(ask), settings)) {}

NameService::~NameService() {
  Guard lock(state_->mutex);
  state_->loop = nullptr;
  lock.unlock();
  state_->waiters.clear();
  state_->more.notify_all();
}

void NameService::look_up(uid_t uid, Known known, Failed failed) {
  const std::uint64_t ticket = state_->next_ticket++;
  Waiter& waiter = state_->waiters[ticket];
  waiter = {uid, std::move(known), std::move(failed), {}};
  Guard lock(state_->mutex);
  state_->begin_look_up(uid);
  const bool wait = state_->must_be_waited_for(uid);
  lock.unlock();
  if (!wait) return state_->settle(ticket);
  waiter.patience =
      state_->loop->after(state_->settings.patience, [this, ticket] { state_->settle(ticket); });
}

Identity NameService::wait_for(uid_t uid) {
  Guard lock(state_->mutex);
  state_->begin_look_up(uid);
  while (state_->must_be_waited_for(uid))
    state_->answered.wait_until(lock, state_->entries[uid].asked_at + state_->settings.patience);
  const auto [identity, error] = state_->answer(uid);
  if (!identity) std::rethrow_exception(error);
  return *identity;
}

std::optional<Identity> NameService::remembered(uid_t uid) const {
  Guard lock(state_->mutex);
  auto found = state_->entries.find(uid);
  return found == state_->entries.end() ? std::nullopt : found->second.identity;
}

}  // namespace trainyard
