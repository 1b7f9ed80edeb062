#include "daemon/base/journal.h"

#define SD_JOURNAL_SUPPRESS_LOCATION  // no source file and line in the journal: they tell an admin nothing
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

namespace trainyard {
namespace {

// Returns "TRAINYARD_RUN" for "run", because journald accepts only capital letters, digits and underscores.
std::string name_in_journal(const std::string& key) {
  std::string name = "TRAINYARD_";
  for (const char c : key)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                : '_';
  return name;
}

}  // namespace

// Compares standard error with the device and inode in $JOURNAL_STREAM. The variable alone proves nothing,
// because processes inherit it even if their standard error leads elsewhere.
bool is_stderr_the_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == stream;
}

bool send_to_journal(int priority, std::string_view line, const std::vector<LogField>& fields) {
  std::vector<std::string> entries{"MESSAGE=" + std::string(line), "PRIORITY=" + std::to_string(priority)};
  for (const LogField& field : fields) entries.push_back(name_in_journal(field.key) + '=' + field.value);
  std::vector<iovec> parts;
  parts.reserve(entries.size());
  for (std::string& entry : entries) parts.push_back({entry.data(), entry.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace trainyard
