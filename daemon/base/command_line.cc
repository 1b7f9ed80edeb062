#include "daemon/base/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

[[noreturn]] void misuse(const Syntax& syntax, const std::string& what) {
  throw Error(ErrorKind::invalid, fmt::format("{0}{1}\nsee {0} --help", syntax.name, what));
}

// A program's options in the form that getopt_long(3) needs. getopt_long returns the letter of a short
// option, and first_long plus the index of a long option.
class GetoptTable {
 public:
  static constexpr int first_long = 256;  // greater than the code of any letter

  explicit GetoptTable(const std::vector<Option>& options) : options_(options) {
    names_.reserve(options.size());
    for (const Option& option : options) {
      const int argument = option.value.empty() ? no_argument : required_argument;
      names_.push_back(option.long_name().substr(2));
      long_.push_back({names_.back().c_str(), argument, nullptr,
                       first_long + static_cast<int>(&option - options.data())});
      if (const char letter = letter_of(option))
        letters_ += letter + std::string(option.value.empty() ? "" : ":");
    }
    long_.push_back({});
  }

  const ::option* long_options() const { return long_.data(); }

  // Returns getopt_long's text of short options, which begins with two flags: because of "-" getopt_long
  // returns 1 for each argument, in the arguments' order; because of ":" it returns ':' for an option whose
  // value is missing.
  std::string short_options() const { return "-:" + letters_; }

  // Returns the option for a number that getopt_long returned or put into optopt; nullptr if there is none.
  const Option* find(int found) const {
    if (found >= first_long) return &options_[static_cast<std::size_t>(found - first_long)];
    for (const Option& option : options_)
      if (found != 0 && letter_of(option) == found) return &option;
    return nullptr;
  }

 private:
  static char letter_of(const Option& option) {
    const std::size_t comma = option.names.find(",-");
    return comma == std::string::npos ? '\0' : option.names[comma + 2];
  }

  const std::vector<Option>& options_;
  std::vector<std::string> names_;
  std::vector<::option> long_;
  std::string letters_;
};

class WordReader {
 public:
  WordReader(const Syntax& syntax, std::vector<std::string> words)
      : syntax_(syntax), table_(syntax.options), words_(std::move(words)) {
    pointers_.push_back(program_.data());
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }

  Arguments read() {
    const int count = static_cast<int>(pointers_.size()) - 1;
    const std::string letters = table_.short_options();
    ::optind = 0;  // makes glibc's getopt start from the beginning
    ::opterr = 0;
    for (int found; (found = ::getopt_long(count, pointers_.data(), letters.c_str(), table_.long_options(),
                                           nullptr)) != -1;) {
      if (found == 1)
        take_argument(::optarg);
      else if (const Option* option = table_.find(found))
        given_.add(option->long_name(), ::optarg == nullptr ? "true" : ::optarg);
      else
        refuse_option(found);
    }
    for (int i = ::optind; i < count; ++i)
      take_argument(pointers_[static_cast<std::size_t>(i)]);  // words after "--"
    return std::move(given_);
  }

 private:
  void take_argument(const std::string& word) {
    if (next_ == syntax_.arguments.size()) misuse(syntax_, ": unexpected argument " + word);
    given_.add(syntax_.arguments[next_].name, word);
    if (!syntax_.arguments[next_].several) ++next_;
  }

  [[noreturn]] void refuse_option(int found) const {
    const Option* known = table_.find(::optopt);
    if (known != nullptr && found == ':')
      misuse(syntax_, fmt::format(": {} needs a value: {}", known->long_name(), known->value));
    if (known != nullptr) misuse(syntax_, fmt::format(": {} takes no value", known->long_name()));
    if (::optopt != 0) misuse(syntax_, fmt::format(" has no option -{}", static_cast<char>(::optopt)));
    const std::string word = pointers_[static_cast<std::size_t>(::optind) - 1];
    refuse_name(word.substr(0, word.find('=')));
  }

  [[noreturn]] void refuse_name(const std::string& name) const {
    std::vector<std::string> names, longer;
    for (const Option& option : syntax_.options) {
      names.push_back(option.long_name());
      if (names.back().starts_with(name)) longer.push_back(names.back());
    }
    if (longer.size() > 1) misuse(syntax_, fmt::format(": {} may mean {}", name, join(longer, " or ")));
    misuse(syntax_, fmt::format(" has no option {}{}", name, did_you_mean(name, names)));
  }

  const Syntax& syntax_;
  GetoptTable table_;
  std::string program_ = "program";
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
  Arguments given_;
  std::size_t next_ = 0;  // index of the next argument in the table
};

void check_words(const Option& option, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (std::find(option.words.begin(), option.words.end(), value) != option.words.end()) continue;
    throw Error(ErrorKind::invalid, fmt::format("{} {}: must be one of {}{}", option.long_name(), value,
                                                join(option.words, ", "), did_you_mean(value, option.words)));
  }
}

}  // namespace

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
  auto found = given_.find(name);
  return found == given_.end() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::all(const std::string& name) const {
  auto found = given_.find(name);
  return found == given_.end() ? std::vector<std::string>{} : found->second;
}

std::int64_t Arguments::integer(const std::string& name, std::int64_t otherwise, std::int64_t least,
                                std::int64_t most) const {
  return has(name) ? parse_whole_number(text(name), least, most, name + ' ' + text(name)) : otherwise;
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  std::vector<std::string> values;
  for (const std::string& given : all(name))
    for (const std::string& value : split(given, ','))
      if (!value.empty()) values.push_back(value);
  return values;
}

Arguments parse_words(const Syntax& syntax, const std::vector<std::string>& words) {
  return WordReader(syntax, words).read();
}

void check_complete(const Syntax& syntax, const Arguments& arguments) {
  for (const Argument& argument : syntax.arguments)
    if (argument.required && !arguments.has(argument.name))
      misuse(syntax, fmt::format(": {} is missing: {}", argument.name, argument.doc));
  for (const Option& option : syntax.options)
    if (!option.words.empty())
      check_words(option,
                  option.several ? arguments.list(option.long_name()) : arguments.all(option.long_name()));
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  std::string meant = nearest(word, candidates);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

}  // namespace trainyard
