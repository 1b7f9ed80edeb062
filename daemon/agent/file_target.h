// FileTarget: puts each object into a file of its own.
#pragma once
#include <functional>
#include <string>

#include "daemon/agent/fetch_units.h"

namespace trainyard {

class FileTarget final : public UnitTarget {
 public:
  // `path_of` returns the file of an object. Folders are made with `folder_mode`, files with `file_mode`; the
  // umask applies to both.
  FileTarget(std::function<std::string(const Unit& unit)> path_of, unsigned folder_mode, unsigned file_mode)
      : path_of_(std::move(path_of)), folder_mode_(folder_mode), file_mode_(file_mode) {}

  std::unique_ptr<UnitSink> begin(const Unit& unit) override;
  std::optional<std::string> sha256_of(const Unit& unit) override;

 private:
  std::function<std::string(const Unit& unit)> path_of_;
  unsigned folder_mode_, file_mode_;
};

}  // namespace trainyard
