// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/stderr_capture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"

namespace trainyard::slurm {
namespace {

constexpr std::size_t most_bytes = 1 << 16;  // more than anybody reads

std::string contents_of(int fd) {
  std::string text(most_bytes, '\0');
  ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

}  // namespace

StderrCapture::StderrCapture()
    : said_(::memfd_create("stderr", MFD_CLOEXEC)), before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) {
  if (said_ && before_) ::dup2(said_.get(), STDERR_FILENO);
}

StderrCapture::~StderrCapture() {
  if (!said_ || !before_) return;
  ::dup2(before_.get(), STDERR_FILENO);
  try {
    write_all(STDERR_FILENO, contents_of(said_.get()));
  } catch (const Error&) {  // nobody reads standard error any more
  }
}

std::string StderrCapture::errors() const { return said_ ? errors_in(contents_of(said_.get())) : ""; }

std::string one_line(const char* said) {
  std::vector<std::string> lines;
  for (const std::string& line : split(said == nullptr ? "" : said, '\n'))
    if (std::string_view words = trim(line); !words.empty()) lines.emplace_back(words);
  return join(lines, "; ");
}

std::string errors_in(std::string_view said) {
  constexpr std::string_view mark = ": error: ";
  std::string errors;
  for (const std::string& line : split(said, '\n'))
    if (std::size_t at = line.find(mark); at != std::string::npos)
      errors += line.substr(at + mark.size()) + '\n';
  return one_line(errors.c_str());
}

}  // namespace trainyard::slurm
