#include "daemon/agent/write_evidence.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "daemon/base/exit_code.h"
#include "daemon/base/fd.h"
#include "daemon/base/kind_of_errno.h"
#include "daemon/base/text.h"
#include "daemon/handover/handover.h"

namespace trainyard {

void write_evidence(const std::string& path, const Json& evidence) {
  write_atomically(path, evidence.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<std::string> last_lines(const std::string& path, std::size_t count) {
  constexpr std::int64_t enough_bytes = 64 << 10;
  constexpr std::size_t max_line_bytes = 1000;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  const std::int64_t begin = std::max<std::int64_t>(0, status.st_size - enough_bytes);
  std::vector<std::string> lines = split(read_range(path, begin, enough_bytes), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  for (std::string& line : lines)
    if (line.size() > max_line_bytes) line.resize(max_line_bytes);
  return lines;
}

int agent_exit_code(ErrorKind kind) {
  return kind == ErrorKind::unavailable ? exit_try_again : exit_code_of(kind);
}

Error caught_error() {
  try {
    throw;
  } catch (const Error& e) {
    return e;
  } catch (const std::filesystem::filesystem_error& e) {
    return {kind_of_errno(e.code().value()), e.path1().string() + ": " + e.code().message()};
  } catch (const std::exception& e) {
    return {ErrorKind::internal, e.what()};
  }
}

}  // namespace trainyard
