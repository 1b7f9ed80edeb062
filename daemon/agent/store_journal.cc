#include "daemon/agent/store_journal.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_store_journal_bytes = std::int64_t{1} << 30;

// Removes the text up to the next space from `line`, and returns it.
std::string_view take_word(std::string_view& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(space + 1);
  return word;
}

struct Line {
  std::string name;
  StoredFile file;
};

// Reads "<size> <time of the last change, ns> <sha256> <etag> <name>".
std::optional<Line> read_line(std::string_view text) {
  const auto size = whole_number<std::int64_t>(take_word(text), 0);
  const auto modified = whole_number<std::int64_t>(take_word(text));
  const std::string_view sha256 = take_word(text), etag = take_word(text);
  if (!size || !modified || sha256.size() != 64 || etag.empty() || text.empty()) return std::nullopt;
  return Line{std::string(text), {{*size, *modified}, std::string(sha256), std::string(etag)}};
}

}  // namespace

// The first line is the target.
StoreJournal::StoreJournal(std::string path, const std::string& target) : path_(std::move(path)) {
  const std::string mine = target + '\n';
  state_.with([&](State& state) {
    try {
      std::string text = read_file_if_there(path_, most_store_journal_bytes, LastLink::refuse).value_or("");
      if (!text.starts_with(mine)) text.clear();
      read_lines(std::string_view(text).substr(text.empty() ? 0 : mine.size()), state);
      state.file = open_or_create(path_);
      if (disk().truncate(state.file.get(), static_cast<off_t>(text.size())) != 0)
        throw_errno("truncate " + path_);
      state.size_bytes = static_cast<std::int64_t>(text.size());
      // Ends a line that was cut off.
      append(text.empty() ? mine : text.ends_with('\n') ? "" : "\n", state);
    } catch (const Error& e) {
      log_warning("{}; a repetition of this job will store all files again", e.what());
      state.file.reset();
    }
  });
}

void StoreJournal::read_lines(std::string_view text, State& state) {
  const std::size_t end = text.rfind('\n');  // what follows is cut off
  if (end == std::string_view::npos) return;
  for (const std::string& line : split(text.substr(0, end), '\n'))
    if (std::optional<Line> read = read_line(line)) state.files[read->name] = std::move(read->file);
}

void StoreJournal::append(const std::string& text, State& state) {
  write_file_at(state.file.get(), text, state.size_bytes, path_);
  state.size_bytes += static_cast<std::int64_t>(text.size());
}

std::optional<StoredFile> StoreJournal::find(const std::string& name) {
  return state_.with([&](const State& state) -> std::optional<StoredFile> {
    const auto found = state.files.find(name);
    return found == state.files.end() ? std::nullopt : std::optional(found->second);
  });
}

void StoreJournal::note(const std::string& name, const StoredFile& stored) {
  if (name.find('\n') != std::string::npos) return;
  const std::string line = fmt::format("{} {} {} {} {}\n", stored.version.size_bytes,
                                       stored.version.modified_ns, stored.sha256, stored.etag, name);
  state_.with([&](State& state) {
    if (!state.file) return;
    try {
      append(line, state);
    } catch (const Error& e) {
      log_warning("{}; a repetition of this job will store this file again", e.what());
    }
  });
}

}  // namespace trainyard
