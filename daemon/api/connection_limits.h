// Places: which connection may be open, so that nobody takes them all. A party is whoever is counted
// together: a user of the Unix socket, a host of the network. A newcomer who finds no room gets the place of
// the connection that has waited longest for its client: of one of his own where his party has its share,
// else of anybody's. A connection that waits for the daemon's answer keeps its place. Pure bookkeeping, on
// the loop.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace trainyard {

struct PlaceLimits {
  std::size_t total = 300;                 // without those reserved
  std::size_t per_party = 100;             // of these
  std::size_t reserved = 16;               // further ones, for the privileged alone
  std::chrono::milliseconds grace{1'000};  // a client may take so long before its place is given away
};

class Places {
 public:
  using Clock = std::chrono::steady_clock;
  using Id = int;

  struct Party {
    std::string name;
    bool privileged = false;  // not bounded by per_party
  };

  struct Offer {
    bool granted = false;
    std::optional<Id> closes;  // this one has to go for it
  };

  explicit Places(PlaceLimits limits = {}) : limits_(limits) {}

  Offer offer(const Party& party, Clock::time_point now) const;

  // A new connection; it waits for its client.
  void take(Id id, const Party& party, Clock::time_point now);
  void waits_for_client(Id id, Clock::time_point since);
  void waits_for_us(Id id);
  void leave(Id id);  // no harm when it has left

  std::size_t taken() const { return places_.size(); }
  std::size_t taken_by(const std::string& party) const;

 private:
  struct Place {
    Party party;
    std::optional<Clock::time_point> waits_since;  // for its client
  };

  // The one that has waited longest, of that party or of all but the privileged; nothing where all are
  // recent.
  std::optional<Id> longest_waiting(const std::string* party, Clock::time_point now) const;

  PlaceLimits limits_;
  std::map<Id, Place> places_;
  std::map<std::string, std::size_t> by_party_;
};

}  // namespace trainyard
