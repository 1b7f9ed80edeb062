// LocalFiles: performs the verbs of UserFiles in this process with its own rights, which are those of the
// user's deputy.
#pragma once
#include "daemon/deputy/kept_code.h"
#include "daemon/deputy/user_files.h"

namespace trainyard {

class LocalFiles : public UserFiles {
 public:
  // Checks the user's part of scratch, and makes it if it is missing: see enter_scratch().
  explicit LocalFiles(const ScratchRoot& root);

  const ScratchState& scratch() const { return scratch_; }

  void prepare_attempts(const std::vector<AttemptFiles>& attempts,
                        const std::optional<ArrayLinks>& array) override;
  FilesFound read_files(const std::string& directory, const std::vector<std::string>& names) override;
  Claim revoke_claim(const std::string& directory, UtcSeconds at) override;
  void write_files(const std::string& directory, const std::vector<std::string>& removed,
                   const std::map<std::string, std::string>& texts) override;
  SourceList list_sources(const DataSpec& data, const StoreAccess& store) override;   // list_sources.cc
  void check_credentials(const std::string& url, const StoreAccess& store) override;  // check_credentials.cc
  FilePiece read_piece(const std::string& path, std::int64_t from, std::int64_t most_bytes) override;
  std::int64_t free_bytes() override;
  void remove_tree(const std::string& path) override;
  void remove_link(const std::string& directory, const std::string& name) override;
  void keep_code(const std::string& digest, UniqueFd archive, std::int64_t most_bytes) override;
  std::optional<std::int64_t> find_code(const std::string& digest) override;
  void remove_unused_code(const std::set<std::string>& in_use) override;

 private:
  // Returns `path` if it is below the user's part of scratch; else throws Error{invalid}.
  const std::string& checked(const std::string& path) const;
  void prepare_attempt(const AttemptFiles& attempt);
  KeptCode code() const;

  ScratchRoot root_;
  ScratchState scratch_;
};

}  // namespace trainyard
