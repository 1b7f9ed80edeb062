#include "daemon/agent/fetch_units.h"

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "daemon/base/digest.h"
#include "daemon/base/guarded.h"

namespace trainyard {
namespace {

class UnitFetcher {
 public:
  UnitFetcher(ObjectStore& store, const NextUnit& next, UnitTarget& target, FetchJournal& journal,
              const FetchProgress& progress)
      : store_(store), next_(next), target_(target), journal_(journal), progress_(progress) {}

  void fetch(int threads) {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
    others.clear();  // joins
    if (const std::exception_ptr error = error_.with([](const auto& e) { return e; }))
      std::rethrow_exception(error);
  }

  FetchedUnits result() {
    return result_.with([](const FetchedUnits& result) { return result; });
  }

 private:
  void work() {
    try {
      store_.fetch_all([this] { return next_fetch(); });
    } catch (...) {
      is_stopped_ = true;
      error_.with([](std::exception_ptr& first) {
        if (!first) first = std::current_exception();
      });
    }
  }

  // Returns the fetch of the next unit that is not there yet.
  std::optional<Fetch> next_fetch() {
    while (!is_stopped_) {
      const std::optional<Unit> unit = take_unit();
      if (!unit) return std::nullopt;
      if (!is_there(*unit)) return fetch_of(*unit);
      count(*unit, 0);
    }
    return std::nullopt;
  }

  std::optional<Unit> take_unit() {
    return taking_.with([this](bool& at_end) -> std::optional<Unit> {
      if (at_end) return std::nullopt;
      std::optional<Unit> unit = next_();
      at_end = !unit;
      return unit;
    });
  }

  bool is_there(const Unit& unit) {
    const std::optional<FetchJournal::Noted> noted = journal_.noted(unit.number);
    if (!noted) return false;
    if (!noted->must_be_checked) return true;
    if (target_.sha256_of(unit) != noted->sha256) return false;
    journal_.note(unit.number, noted->sha256);
    return true;
  }

  Fetch fetch_of(const Unit& unit) {
    struct Receiving {
      std::unique_ptr<UnitSink> sink;
      Sha256 hash;
    };
    auto receiving = std::make_shared<Receiving>(target_.begin(unit));
    Fetch fetch{unit.object, unit.offset, unit.size_bytes, {}, {}};
    fetch.sink = [receiving](std::string_view bytes) {
      receiving->hash.add(bytes);
      receiving->sink->write(bytes);
    };
    fetch.done = [this, receiving, unit] {
      receiving->sink->finish();
      receiving->sink.reset();
      journal_.note(unit.number, receiving->hash.hex());
      count(unit, unit.size_bytes);
    };
    return fetch;
  }

  void count(const Unit& unit, std::int64_t fetched_bytes) {
    const FetchedUnits now = result_.with([&](FetchedUnits& result) {
      ++result.units;
      if (unit.offset + unit.size_bytes >= unit.object.size_bytes) ++result.objects;
      result.size_bytes += unit.size_bytes;
      result.fetched_bytes += fetched_bytes;
      return result;
    });
    if (progress_) progress_(now);
  }

  ObjectStore& store_;
  const NextUnit& next_;
  UnitTarget& target_;
  FetchJournal& journal_;
  const FetchProgress& progress_;
  std::atomic<bool> is_stopped_ = false;
  Guarded<bool> taking_;  // locked while next_ is called; true at the end
  Guarded<FetchedUnits> result_;
  Guarded<std::exception_ptr> error_;
};

}  // namespace

FetchedUnits fetch_units(ObjectStore& store, const NextUnit& next, UnitTarget& target, FetchJournal& journal,
                         int threads, const FetchProgress& progress) {
  UnitFetcher fetcher(store, next, target, journal, progress);
  fetcher.fetch(threads);
  return fetcher.result();
}

}  // namespace trainyard
