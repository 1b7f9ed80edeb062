// KeptCode: the archives of code that a user uploaded. Each archive is a file in the user's part of scratch,
// named by its digest. The directory of each run that uses an archive has a hard link to it.
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

  // Copies the archive from the descriptor into the directory of archives. Error{invalid} if the bytes have
  // another digest, or if all archives together would be larger than `most_bytes`.
  void keep(const std::string& digest, const UniqueFd& archive, std::int64_t most_bytes) const;

  // Makes `target`, a run's hard link to the archive. An existing `target` is left as it is.
  void link(const std::string& digest, const std::string& target) const;

  // Removes each archive to which no run has a hard link, whose digest is not in `in_use` (runs that have no
  // directory yet), and for which keep() or find() was not called for a day.
  void remove_unused(const std::set<std::string>& in_use) const;

 private:
  std::string path_of(const std::string& digest) const;
  std::int64_t size_bytes() const;

  std::string scratch_, directory_;
};

}  // namespace trainyard
