#include "plugins/formats/table/format_table.h"

#include <algorithm>
#include <string_view>

namespace trainyard {

const std::vector<FormatInfo>& formats() {
  static const std::vector<FormatInfo> all = {csv_info(),    tsv_info(),     idx_info(),      npy_info(),
                                              npz_info(),    cifar10_info(), cifar100_info(), images_info(),
                                              shards_info(), hdf5_info(),    raw_info()};
  return all;
}

const FormatInfo* find_format(const std::string& name) {
  const auto found =
      std::ranges::find_if(formats(), [&](const FormatInfo& info) { return info.name == name; });
  return found == formats().end() ? nullptr : &*found;
}

const FormatInfo* format_of_name(const std::string& source) {
  for (const FormatInfo& info : formats())
    for (const char* ending : info.endings)
      if (source.ends_with(ending)) return &info;
  return nullptr;
}

const FormatInfo& format_of_files() { return *std::ranges::find_if(formats(), &FormatInfo::is_of_files); }

bool is_format_of_files(const std::string& name) {
  const FormatInfo* format = find_format(name);
  return format != nullptr && format->is_of_files;
}

Json options_of_source(const Json& options, bool is_second) {
  constexpr std::string_view second = "test_";
  Json of_source = Json::object();
  for (const auto& [name, value] : options.items())
    if (!name.starts_with(second)) of_source[name] = value;
  if (!is_second) return of_source;
  for (const auto& [name, value] : options.items())
    if (name.starts_with(second)) of_source[name.substr(second.size())] = value;
  return of_source;
}

FormatInfo raw_info() {
  return {.name = "raw", .meaning = "the files as they are, for programs of your own", .is_of_files = true};
}

}  // namespace trainyard
