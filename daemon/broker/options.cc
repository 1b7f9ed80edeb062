#include "daemon/broker/options.h"

#include <getopt.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace trainyard {
namespace {

constexpr option known[] = {
    {"daemon-uid", required_argument, nullptr, 'd'},    {"socket", required_argument, nullptr, 's'},
    {"deputy", required_argument, nullptr, 'p'},        {"least-uid", required_argument, nullptr, 'l'},
    {"refuse-uid", required_argument, nullptr, 'r'},    {"group", required_argument, nullptr, 'g'},
    {"most-deputies", required_argument, nullptr, 'm'}, {"allow-root", no_argument, nullptr, '0'},
    {"allow-sudoers", no_argument, nullptr, 'w'},       {nullptr, 0, nullptr, 0}};

[[noreturn]] void misuse(const std::string& option, const char* message) {
  std::fprintf(stderr, "<3>%s %s; see trainyard-broker(8)\n", option.c_str(), message);
  std::exit(2);
}

void read_number(const std::string& option, const char* word, unsigned& number) {
  const char* end = word + std::strlen(word);
  auto [rest, error] = std::from_chars(word, end, number);
  if (error != std::errc() || rest != end) misuse(option, "needs a number");
}

void read_path(const std::string& option, const char* word, std::string& path) {
  if (word[0] != '/') misuse(option, "needs an absolute path");
  path = word;
}

// clang-format off
void take(int letter, const std::string& name, BrokerOptions& options) {
  AllowRules& rules = options.deputy.rules;
  switch (letter) {
    case 'd': return read_number(name, optarg, options.daemon_uid);
    case 's': return read_path(name, optarg, options.socket);
    case 'p': return read_path(name, optarg, options.deputy.path);
    case 'l': return read_number(name, optarg, rules.least_uid);
    case 'r': return read_number(name, optarg, rules.refused_uids.emplace_back());
    case 'g': return read_number(name, optarg, rules.group.emplace());
    case 'm': return read_number(name, optarg, options.most_deputies);
    case '0': rules.allow_root = true; return;
    case 'w': rules.allow_sudoers = true; return;
    default: std::exit(2);  // getopt_long has printed the reason
  }
}
// clang-format on

}  // namespace

BrokerOptions read_options(int count, char** words) {
  BrokerOptions options;
  int letter = 0, which = 0;
  while ((letter = ::getopt_long(count, words, "", known, &which)) != -1)
    take(letter, std::string("--") + known[which].name, options);
  if (optind < count) misuse(words[optind], "is no option");
  if (options.daemon_uid == 0) misuse("--daemon-uid", "has to name a user, and not root");
  if (options.socket.empty()) misuse("--socket", "has to say where trainyardd connects");
  if (options.deputy.path.empty()) misuse("--deputy", "has to name the program to start");
  options.deputy.rules.refused_uids.push_back(options.daemon_uid);
  return options;
}

}  // namespace trainyard
