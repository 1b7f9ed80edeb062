#include "daemon/base/credentials_file.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_credentials_bytes = 1 << 20;

class CredentialsReader {
 public:
  explicit CredentialsReader(const std::string& file) : file_(file) {}

  void read_line(std::string_view line) {
    ++line_;
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    if (line.front() == '[')
      begin_section(line);
    else
      read_key(line);
  }

  Credentials finish() {
    std::erase_if(found_, [](const auto& entry) { return entry.second == Credential{}; });
    for (const auto& [name, credential] : found_)
      if (credential.access_key.empty() || credential.secret_key.empty())
        throw Error(ErrorKind::invalid,
                    file_ + ": section [" + name + "] has no " +
                        (credential.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key"));
    return std::move(found_);
  }

 private:
  void begin_section(std::string_view line) {
    if (line.back() != ']' || trim(line.substr(1, line.size() - 2)).empty()) fail("must be [name]");
    section_ = &found_[std::string(trim(line.substr(1, line.size() - 2)))];
  }

  void read_key(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) fail("must be \"key = value\" or \"[name]\"");
    if (section_ == nullptr) fail("comes before the first [name]");
    const std::string_view key = trim(line.substr(0, equals)), value = trim(line.substr(equals + 1));
    if (std::string* field = field_of(key)) {
      if (!is_one_printable_line(value)) fail("has a value with control characters");
      *field = value;
    }
  }

  std::string* field_of(std::string_view key) {
    if (key == "aws_access_key_id") return &section_->access_key;
    if (key == "aws_secret_access_key") return &section_->secret_key;
    if (key == "aws_session_token") return &section_->session_token;
    return nullptr;
  }

  [[noreturn]] void fail(const char* what) const {
    throw Error(ErrorKind::invalid, file_ + ":" + std::to_string(line_) + ": this line " + what);
  }

  const std::string& file_;
  int line_ = 0;
  Credentials found_;
  Credential* section_ = nullptr;
};

// Keeps this process out of core dumps, which would contain its keys. Programs that it starts are not
// affected.
void keep_out_of_core_dumps() { ::prctl(PR_SET_DUMPABLE, 0); }

}  // namespace

Credentials parse_credentials(std::string_view text, const std::string& file) {
  CredentialsReader reader(file);
  for (const std::string& line : split(text, '\n')) reader.read_line(line);
  return reader.finish();
}

std::string credentials_text(const Credentials& credentials) {
  std::string text;
  for (const auto& [name, credential] : credentials) {
    text += "[" + name + "]\naws_access_key_id = " + credential.access_key +
            "\naws_secret_access_key = " + credential.secret_key + "\n";
    if (!credential.session_token.empty()) text += "aws_session_token = " + credential.session_token + "\n";
  }
  return text;
}

Credentials read_credentials(const std::string& path) {
  const UniqueFd file = open_regular_file_if_there(path);
  if (!file) return {};
  keep_out_of_core_dumps();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_errno("stat " + path);
  if (status.st_uid != ::geteuid())
    throw Error(ErrorKind::denied, path + ": belongs to uid " + std::to_string(status.st_uid) +
                                       ", not to uid " + std::to_string(::geteuid()) +
                                       " whose credentials these are");
  if ((status.st_mode & 077) != 0)
    throw Error(ErrorKind::denied, path + ": other users may read it; chmod 600 " + shell_quote(path));
  return parse_credentials(read_all(file.get(), path, most_credentials_bytes), path);
}

void write_credentials(const std::string& path, const Credentials& credentials) {
  keep_out_of_core_dumps();
  write_atomically(path, credentials_text(credentials), 0600);
}

}  // namespace trainyard
