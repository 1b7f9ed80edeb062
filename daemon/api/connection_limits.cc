#include "daemon/api/connection_limits.h"

namespace trainyard {

Places::Offer Places::offer(const Party& party, Clock::time_point now) const {
  const std::size_t room = limits_.total + (party.privileged ? limits_.reserved : 0);
  const bool has_its_share = !party.privileged && taken_by(party.name) >= limits_.per_party;
  if (!has_its_share && places_.size() < room) return {true, std::nullopt};
  const std::optional<Id> closes = longest_waiting(has_its_share ? &party.name : nullptr, now);
  return {closes.has_value(), closes};
}

void Places::take(Id id, const Party& party, Clock::time_point now) {
  places_[id] = {party, now};
  ++by_party_[party.name];
}

void Places::waits_for_client(Id id, Clock::time_point since) {
  if (auto found = places_.find(id); found != places_.end()) found->second.waits_since = since;
}

void Places::waits_for_us(Id id) {
  if (auto found = places_.find(id); found != places_.end()) found->second.waits_since.reset();
}

void Places::leave(Id id) {
  auto found = places_.find(id);
  if (found == places_.end()) return;
  auto count = by_party_.find(found->second.party.name);
  if (--count->second == 0) by_party_.erase(count);
  places_.erase(found);
}

std::size_t Places::taken_by(const std::string& party) const {
  auto found = by_party_.find(party);
  return found == by_party_.end() ? 0 : found->second;
}

std::optional<Places::Id> Places::longest_waiting(const std::string* party, Clock::time_point now) const {
  std::optional<Id> longest;
  Clock::time_point since = now - limits_.grace;
  for (const auto& [id, place] : places_) {
    if (party != nullptr ? place.party.name != *party : place.party.privileged) continue;
    if (!place.waits_since || *place.waits_since > since) continue;
    since = *place.waits_since;
    longest = id;
  }
  return longest;
}

}  // namespace trainyard
