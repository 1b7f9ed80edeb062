// verify: compares a staged data set with what was noted when it was staged.
#pragma once
#include <cstdint>
#include <string>

namespace trainyard {

struct VerifyRequest {
  std::string directory;        // of the data set
  bool is_raw = false;          // files/ instead of train.h5
  std::int64_t size_bytes = 0;  // as the daemon recorded it: of the scratch file, or of all files
  std::int64_t samples = 0, test_samples = 0;  // of a scratch file
  bool as_json = false;
};

struct Verification {
  bool is_damaged = false;
  std::string text;  // what is damaged, or else what was compared
};

// Compares the data set with what was noted. Throws Error{denied} or {unavailable} if it cannot be read at
// present, which says nothing about the data set.
Verification compare_with_notes(const VerifyRequest& request);

// Does the same and prints the outcome. Returns 0 if the data set is as it was staged, 1 if it is damaged.
int verify(const VerifyRequest& request);

}  // namespace trainyard
