// Places: decides which connections may be open, so that no client can take them all. Each open connection
// has a place; the number of places is limited. The connections of a party are counted together; a party is a
// user of the Unix socket or a host of the network. If no place is free, a new connection gets that of the
// connection that has waited longest for its client: one of its own party if the party has its full share,
// else one of any party that is not privileged. A connection that waits for the daemon's answer keeps its
// place. Only counts: the server opens and closes the connections. Used on the loop.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace trainyard {

struct PlaceLimits {
  std::size_t total = 300;                 // without the reserved places
  std::size_t per_party = 100;             // of `total`, for one party
  std::size_t reserved = 16;               // additional places, only for privileged parties
  std::chrono::milliseconds grace{1'000};  // a client that takes longer can lose its place
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
    std::optional<Id> closes;  // the connection that must be closed to make room
  };

  explicit Places(PlaceLimits limits = {}) : limits_(limits) {}

  Offer offer(const Party& party, Clock::time_point now) const;

  // Gives a place to a new connection. It counts as waiting for its client, from `now` on.
  void take(Id id, const Party& party, Clock::time_point now);
  void waits_for_client(Id id, Clock::time_point since);
  void waits_for_us(Id id);
  void leave(Id id);  // does nothing if the connection has left already

  std::size_t taken() const { return places_.size(); }
  std::size_t taken_by(const std::string& party) const;

 private:
  struct Place {
    Party party;
    std::optional<Clock::time_point> waits_since;  // for its client; unset: for the daemon
  };

  // Returns the connection that has waited longest for its client: among those of this party, or, if `party`
  // is nullptr, among those of all parties that are not privileged. Returns nullopt if none has waited for
  // the grace period.
  std::optional<Id> longest_waiting(const std::string* party, Clock::time_point now) const;

  PlaceLimits limits_;
  std::map<Id, Place> places_;
  std::map<std::string, std::size_t> by_party_;
};

}  // namespace trainyard
