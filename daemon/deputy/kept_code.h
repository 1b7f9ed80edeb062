// KeptCode: the packed code that a user uploaded, in his part of scratch, each under its digest. Every run
// that was prepared has a hard link to its code.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

class KeptCode {
 public:
  // `scratch`: the user's part of it.
  explicit KeptCode(const std::string& scratch);

  // Its size; nullopt: it is not there. It counts as used for a day from now on.
  std::optional<std::int64_t> find(const std::string& digest) const;

  // Copies what the descriptor reads. Error{invalid} when the bytes have another digest, or when the
  // directory would then hold more than `most_bytes`.
  void keep(const std::string& digest, const UniqueFd& archive, std::int64_t most_bytes) const;

  // Gives a run its own name of it; one that is there already stays.
  void link(const std::string& digest, const std::string& target) const;

  // Removes what has no link, is not `in_use` (digests) by a run that waits, and has not been used for a day.
  void remove_unused(const std::set<std::string>& in_use) const;

 private:
  std::string path_of(const std::string& digest) const;
  std::int64_t size_bytes() const;

  std::string scratch_, directory_;
};

}  // namespace trainyard
