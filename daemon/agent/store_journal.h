// StoreJournal: which files of an attempt have been stored. A file in the attempt's directory, with a line
// for each stored file; so a store job that was killed does not send these files again.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/fd.h"
#include "daemon/base/file_version.h"
#include "daemon/base/guarded.h"

namespace trainyard {

struct StoredFile {
  FileVersion version;  // of the file when it was stored
  std::string sha256;   // of its bytes
  std::string etag;     // of its object
  bool operator==(const StoredFile&) const = default;
};

class StoreJournal {
 public:
  // Reads the file if it is there, and opens it for note(). Ignores lines that are cut off or malformed, and
  // all lines if the files were stored below another URL than `target`. The user can write what they like
  // into this file; then the receipt of their results says so.
  StoreJournal(std::string path, const std::string& target);

  // Returns what was noted of this file last.
  std::optional<StoredFile> find(const std::string& name);

  // Notes that the file has been stored. For any thread. Only logs an error, because results must be stored
  // although scratch is full. A name with a line feed is not noted.
  void note(const std::string& name, const StoredFile& stored);

 private:
  struct State {
    UniqueFd file;                // empty: it cannot be written
    std::int64_t size_bytes = 0;  // of the file
    std::map<std::string, StoredFile> files;
  };

  static void read_lines(std::string_view text, State& state);
  void append(const std::string& text, State& state);

  std::string path_;
  Guarded<State> state_;
};

}  // namespace trainyard
