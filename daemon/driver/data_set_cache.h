// DataSetCache: decides which data sets stay on scratch. Evicts data sets that no live run names and that
// nobody has pinned, the least recently used first: where a user's data sets are larger than the limit, and
// where a data set needs space. Called on the loop.
//
// A data set that is evicted gets an event::Evicting, and a step removes its files; so the next daemon
// continues a removal that a killed daemon has begun.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/driver/entities.h"
#include "daemon/driver/settings.h"

namespace trainyard {

class DataSetCache {
 public:
  DataSetCache(Entities& entities, const DriverSettings& settings)
      : entities_(entities), settings_(settings) {}

  // Evicts data sets of the users who have more than DriverSettings::cache_bytes on scratch.
  void shrink();

  // Returns how many bytes must stay free on scratch beside this data set: DriverSettings::free_bytes, and
  // the sizes of the same user's data sets that are on their way. Data sets of other users do not count,
  // because their sizes are what those users' deputies claim. 0: nothing must stay free.
  std::int64_t bytes_to_keep_free(const DataSet& to_stage) const;
  // Evicts data sets of the same user so that `missing_bytes` more are free for this one. Evicts nothing
  // while others are being removed, for some seconds after it has evicted some, because a file system can
  // take that long to show their space as free, or if all that can be evicted is too small.
  void make_room(const DataSet& to_stage, std::int64_t missing_bytes);

  // Pins or unpins a data set. Throws Error{not_found} if it is not on scratch, Error{unavailable} if the
  // ledger cannot be written.
  void pin(const std::string& digest, bool is_pinned, const std::string& by);
  // Evicts a data set. Throws Error{invalid} if a live run needs it, which the message names, if it is being
  // staged, or if it is pinned and `even_if_pinned` is false; else the same errors as pin().
  void drop(const std::string& digest, bool even_if_pinned);

 private:
  bool is_evictable(const LiveDataSet& live) const;
  std::vector<const LiveDataSet*> evictable_in_order() const;
  bool is_making_room(std::uint32_t uid) const;
  bool evict(const std::vector<const LiveDataSet*>& data_sets);
  LiveDataSet& find(const std::string& digest);
  void record_or_throw(const DataSetChange& change);

  Entities& entities_;
  const DriverSettings& settings_;
  std::map<std::uint32_t, UtcSeconds> made_room_at_;  // by uid
};

}  // namespace trainyard
