// Fetches units from a store, several at a time and in several threads, and continues what a killed fetch has
// begun.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/agent/fetch_journal.h"
#include "daemon/agent/unit.h"

namespace trainyard {

// Receives the bytes of one unit, in order. Used by one thread.
class UnitSink {
 public:
  virtual ~UnitSink() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual void finish() = 0;  // after the last byte
};

// Where units are put. For any thread.
class UnitTarget {
 public:
  virtual ~UnitTarget() = default;
  virtual std::unique_ptr<UnitSink> begin(const Unit& unit) = 0;
  // Returns the SHA-256 of the unit's bytes as they are in the target; nothing if they are not all there.
  virtual std::optional<std::string> sha256_of(const Unit& unit) = 0;
};

struct FetchedUnits {
  std::size_t units = 0;
  std::size_t objects = 0;
  std::int64_t size_bytes = 0;
  std::int64_t fetched_bytes = 0;  // by this process; the others were there before
};

// Called after each unit, in any thread: what is there now.
using FetchProgress = std::function<void(const FetchedUnits& there)>;

// Fetches all units that the journal does not have. Uses `threads` threads, the calling one among them.
// Throws the first error; then the units that are complete are noted.
FetchedUnits fetch_units(ObjectStore& store, const NextUnit& next, UnitTarget& target, FetchJournal& journal,
                         int threads, const FetchProgress& progress = {});

}  // namespace trainyard
