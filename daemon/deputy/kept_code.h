// KeptCode: the packed code that a user uploaded. Each archive is a file in the user's part of scratch, named
// by its digest. Every run that was prepared has a hard link to its archive.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

class KeptCode {
 public:
  // `scratch`: the user's part of scratch.
  explicit KeptCode(const std::string& scratch);

  // Returns the archive's size; nullopt if the archive is not there. The call counts as a use of the archive,
  // which is then kept for another day.
  std::optional<std::int64_t> find(const std::string& digest) const;

  // Copies the archive from the descriptor. Error{invalid} if the bytes have another digest, or if the
  // directory would then hold more than `most_bytes`.
  void keep(const std::string& digest, const UniqueFd& archive, std::int64_t most_bytes) const;

  // Makes `target`, a run's hard link to the archive. An existing `target` is left as it is.
  void link(const std::string& digest, const std::string& target) const;

  // Removes each archive that has no hard link of a run, is not `in_use` (digests) by a run that waits, and
  // has not been used for a day.
  void remove_unused(const std::set<std::string>& in_use) const;

 private:
  std::string path_of(const std::string& digest) const;
  std::int64_t size_bytes() const;

  std::string scratch_, directory_;
};

}  // namespace trainyard
