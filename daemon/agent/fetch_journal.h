// FetchJournal: which units have been fetched, with their SHA-256. A file beside the fetched bytes, with a
// line for each unit that is complete; so a fetch that was killed does not fetch these units again.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/fd.h"
#include "daemon/base/guarded.h"

namespace trainyard {

class FetchJournal {
 public:
  enum class Use { read, write };

  // Reads the file if it is there. Ignores a line that is cut off, and all lines if the journal is of other
  // units. `units`: a text that is the same as long as objects and units are the same. With Use::read, the
  // file stays as it is, and note() must not be called.
  FetchJournal(const std::string& path, const std::string& units, Use use = Use::write);

  struct Noted {
    std::string sha256;
    // The machine has been started again, or is another one, since the unit was noted. So bytes can be lost
    // that were not on the disk yet, and must be read again to believe the note.
    bool must_be_checked = false;
  };
  std::optional<Noted> noted(std::size_t unit);

  // Forgets that the unit was complete, until it is noted again.
  void forget(std::size_t unit);

  // Notes that the unit is complete. For any thread.
  void note(std::size_t unit, const std::string& sha256);

  // Returns the SHA-256 over the digests of the units 0 to `count` - 1, all of which were noted.
  std::string digest(std::size_t count);

 private:
  using Digest = std::array<char, 64>;
  struct State {
    UniqueFd file;
    std::int64_t size_bytes = 0;  // of the file
    std::vector<Digest> digests;  // by the number of the unit; the first byte is 0 if it was not noted
    std::vector<bool> unchecked;  // as long as `digests`, or shorter
    void add(std::size_t unit, std::string_view sha256, bool is_unchecked);
  };

  static void read_lines(const std::string& text, bool is_mine, State& state);

  std::string path_;
  Guarded<State> state_;
};

}  // namespace trainyard
