#include "daemon/agent/fetch_journal.h"

#include <algorithm>

#include "daemon/base/digest.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_journal_bytes = std::int64_t{4} << 30;
constexpr std::size_t most_units = std::size_t{1} << 26;

// Differs after each start of the machine, and between machines.
std::string boot_id() { return std::string(trim(read_file("/proc/sys/kernel/random/boot_id"))); }

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

// The first line is the boot id of the machine that began the journal, and the digest of the objects; each
// other line is "<unit> <sha256>". A journal of another start of the machine is begun anew, and its units are
// noted again when they have been checked.
FetchJournal::FetchJournal(const std::string& path, const std::string& units, Use use) : path_(path) {
  const std::string mine = boot_id() + ' ' + units + '\n';
  std::string text = read_file_if_there(path_, most_journal_bytes, LastLink::refuse).value_or("");
  const bool is_mine = text.starts_with(mine);
  const std::string first_line = text.substr(0, text.find('\n'));
  if (!first_line.ends_with(' ' + units)) text.clear();
  state_.with([&](State& state) {
    read_lines(text.substr(std::min(text.size(), first_line.size())), is_mine, state);
    if (use == Use::read) return;
    state.file = open_or_create(path_);
    state.size_bytes = is_mine ? static_cast<std::int64_t>(text.size()) : 0;
    if (disk().truncate(state.file.get(), state.size_bytes) != 0) throw_errno("truncate " + path_);
    // Ends a line that was cut off.
    const std::string begin = !is_mine ? mine : text.ends_with('\n') ? "" : "\n";
    write_file_at(state.file.get(), begin, state.size_bytes, path_);
    state.size_bytes += static_cast<std::int64_t>(begin.size());
  });
}

void FetchJournal::read_lines(const std::string& text, bool is_mine, State& state) {
  for (const std::string& line : split(text, '\n')) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    const auto unit = whole_number<std::size_t>(line.substr(0, space), 0, most_units);
    const std::string_view sha256 = std::string_view(line).substr(space + 1);
    if (unit && is_digest(sha256)) state.add(*unit, sha256, !is_mine);
  }
}

void FetchJournal::State::add(std::size_t unit, std::string_view sha256, bool is_unchecked) {
  if (digests.size() <= unit) digests.resize(unit + 1);
  if (unchecked.size() <= unit) unchecked.resize(unit + 1);
  std::copy(sha256.begin(), sha256.end(), digests[unit].begin());
  unchecked[unit] = is_unchecked;
}

std::optional<FetchJournal::Noted> FetchJournal::noted(std::size_t unit) {
  return state_.with([unit](const State& state) -> std::optional<Noted> {
    if (unit >= state.digests.size() || state.digests[unit].front() == '\0') return std::nullopt;
    return Noted{{state.digests[unit].begin(), state.digests[unit].end()}, state.unchecked[unit]};
  });
}

void FetchJournal::forget(std::size_t unit) {
  state_.with([unit](State& state) {
    if (unit < state.digests.size()) state.digests[unit].front() = '\0';
  });
}

void FetchJournal::note(std::size_t unit, const std::string& sha256) {
  const std::string line = std::to_string(unit) + ' ' + sha256 + '\n';
  state_.with([&](State& state) {
    write_file_at(state.file.get(), line, state.size_bytes, path_);
    state.size_bytes += static_cast<std::int64_t>(line.size());
    state.add(unit, sha256, false);
  });
}

std::string FetchJournal::digest(std::size_t count) {
  return state_.with([count](const State& state) {
    Sha256 all;
    for (std::size_t unit = 0; unit < count; ++unit)
      all.add({state.digests.at(unit).data(), state.digests[unit].size()});
    return all.hex();
  });
}

}  // namespace trainyard
