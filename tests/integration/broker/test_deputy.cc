// A deputy for the tests of the broker: each line from its socket names what it does or reports about itself.
#include <dirent.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int broker_socket = 3;

// Sends an answer: lines of text, ended by an empty line.
void say(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  text += '\n';
  if (::write(broker_socket, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(1);
}

std::string contents(const char* path) {
  std::string text;
  char buffer[4096];
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return std::strerror(errno);
  while (std::size_t got = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, got);
  std::fclose(file);
  for (char& c : text)
    if (c == '\0') c = '\n';
  return text;
}

std::string descriptors() {
  std::string names;
  DIR* folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    int fd = std::atoi(entry->d_name);
    char target[256] = {};
    if (entry->d_name[0] == '.' || fd == ::dirfd(folder)) continue;
    if (::readlinkat(::dirfd(folder), entry->d_name, target, sizeof target - 1) < 0) std::strcpy(target, "?");
    names += std::string(entry->d_name) + ' ' +
             (std::strncmp(target, "socket:", 7) == 0 ? "socket" : target) + '\n';
  }
  ::closedir(folder);
  return names;
}

std::string place() {
  char folder[256] = {};
  mode_t mask = ::umask(0);
  ::umask(mask);
  return std::string(::getcwd(folder, sizeof folder)) + '\n' + std::to_string(mask) + '\n' +
         std::to_string(::getsid(0) == ::getpid());
}

void obey(const std::string& word) {
  if (word == "status") return say(contents("/proc/self/status"));
  if (word == "environment") return say(contents("/proc/self/environ"));
  if (word == "words") return say(contents("/proc/self/cmdline"));
  if (word == "limits") return say(contents("/proc/self/limits"));
  if (word == "descriptors") return say(descriptors());
  if (word == "place") return say(place());
  if (word == "keyring")
    return say(std::to_string(::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)));
  if (word == "pid") return say(std::to_string(::getpid()));
  if (word == "root") return say(::setuid(0) == 0 || ::seteuid(0) == 0 ? "regained" : "refused");
  // As a hostile user could: no signal when the broker ends.
  if (word == "stay") return ::prctl(PR_SET_PDEATHSIG, 0), say("staying");
  if (word == "end") ::_exit(7);
  say("unknown");
}

}  // namespace

int main() {
  std::string line;
  char c = 0;
  while (true) {
    ssize_t got = ::read(broker_socket, &c, 1);
    if (got <= 0) ::pause();  // the socket is closed: waits to be killed
    if (c != '\n') {
      line += c;
      continue;
    }
    obey(line);
    line.clear();
  }
}
