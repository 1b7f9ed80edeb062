#include "plugins/formats/images/classes.h"

#include <algorithm>
#include <optional>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/formats/labels.h"

namespace trainyard {
namespace {

std::optional<std::int32_t> class_number(const std::string& name) {
  const std::optional<std::int32_t> number = whole_number<std::int32_t>(name);
  return number && *number >= 0 && *number <= largest_class ? number : std::nullopt;
}

}  // namespace

Classes::Classes(const std::set<std::string>& names, const Json& options) {
  const bool is_second_source = options.contains("class_names");
  const bool are_numbers =
      std::ranges::all_of(names, [](const auto& name) { return class_number(name).has_value(); });
  if (!is_second_source && are_numbers) {
    for (const std::string& name : names) numbers_[name] = *class_number(name);
    for (const auto& [name, number] : numbers_) count_ = std::max<std::int64_t>(count_, number + 1);
    return;
  }
  if (is_second_source)
    names_.assign(options["class_names"].begin(), options["class_names"].end());
  else
    names_.assign(names.begin(), names.end());
  for (const std::string& name : names_) numbers_[name] = static_cast<std::int32_t>(count_++);
}

void check_folders_are_classes(const std::set<std::string>& names, const Json& options,
                               const std::string& url) {
  if (names.size() != 1 || options.contains("class_names")) return;
  throw_invalid(
      url + ": all images are in the folder '" + *names.begin() +
      "', and the first folder of an image's name is its class; let the source be the folder of the "
      "classes' folders, or let label name a file of classes");
}

std::int32_t Classes::number_of(const std::string& name, const std::string& what) const {
  const auto found = numbers_.find(name);
  if (found != numbers_.end()) return found->second;
  throw_invalid(what + ": class '" + name + "' is none of the " + std::to_string(count_) +
                " classes of the first source");
}

void Classes::describe(SampleInfo& info) const {
  info.classes = count_;
  info.class_names = names_;
}

}  // namespace trainyard
