#include "daemon/cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

template <class Integer>
bool parse_integer(std::string_view text, Integer& into) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc{} && end == text.data() + text.size();
}

void check_words(const Option& option, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (std::find(option.words.begin(), option.words.end(), value) != option.words.end()) continue;
    throw Error(ErrorKind::invalid, fmt::format("{}: \"{}\" is none of {}{}", option.long_name(), value,
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

std::int64_t Arguments::integer(const std::string& name, std::int64_t otherwise) const {
  if (!has(name)) return otherwise;
  std::int64_t value = 0;
  if (!parse_integer(text(name), value) || value < 0)
    throw Error(ErrorKind::invalid, fmt::format("{}: \"{}\" is no number", name, text(name)));
  return value;
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  std::vector<std::string> values;
  for (const std::string& given : all(name))
    for (const std::string& value : split(given, ','))
      if (!value.empty()) values.push_back(value);
  return values;
}

void Arguments::check(const Command& command) const {
  for (const Argument& argument : command.arguments) {
    std::size_t count = all(argument.name).size();
    if (argument.required && count == 0)
      throw Error(ErrorKind::invalid,
                  fmt::format("trainyard {0}: {1} is missing: {2}\nsee trainyard {0} --help", command.name,
                              argument.name, argument.doc));
  }
  for (const Option& option : command.options)
    if (!option.words.empty())
      check_words(option, option.several ? list(option.long_name()) : all(option.long_name()));
}

std::int64_t run_id_from(const std::string& text) {
  constexpr std::string_view prefix = "training-";
  std::string_view digits = text;
  if (digits.starts_with(prefix)) digits.remove_prefix(prefix.size());
  std::int64_t id = 0;
  if (!parse_integer(digits, id) || id < 1)
    throw Error(ErrorKind::invalid, fmt::format("\"{}\" is no run; write 42 or training-42", text));
  return id;
}

std::vector<std::int64_t> run_ids_from(const std::vector<std::string>& texts) {
  std::vector<std::int64_t> ids;
  for (const std::string& text : texts) ids.push_back(run_id_from(text));
  return ids;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  std::string meant = nearest(word, candidates);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

}  // namespace trainyard
