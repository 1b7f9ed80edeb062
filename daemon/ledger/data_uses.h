// Data uses: whether runs found their data set on scratch when they were accepted (hits), or had it fetched
// (misses). Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/clock.h"

namespace trainyard {

// How the runs of one submission found a data set.
struct DataUse {
  std::string digest;
  std::int64_t hits = 0;          // runs that found it on scratch, or on its way there
  std::int64_t misses = 0;        // runs for which it is fetched
  std::int64_t source_bytes = 0;  // the size of its sources
};

// All data sets that the runs of one submission name.
struct SubmissionUses {
  UtcSeconds accepted_at{};
  std::uint32_t uid = 0;
  std::string user;
  std::vector<DataUse> data_sets;
};

// The sum over the runs of a user.
struct UserDataUses {
  std::string user;
  std::int64_t hits = 0, misses = 0;
  std::int64_t fetched_bytes = 0, saved_bytes = 0;  // of the sources
  bool operator==(const UserDataUses&) const = default;
  // Adds the figures of `other`. A sum of bytes that would overflow stays at the largest number, because
  // users' deputies can claim any size.
  UserDataUses& operator+=(const UserDataUses& other);
};

}  // namespace trainyard
