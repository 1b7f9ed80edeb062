// TemporaryDirectory: a directory that is removed, with its contents, by the destructor.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "trainyard-test.XXXXXX") {
    if (!::mkdtemp(path_.data())) throw_errno("mkdtemp " + path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return join_path(path_, name); }

 private:
  std::string path_;
};

}  // namespace trainyard
