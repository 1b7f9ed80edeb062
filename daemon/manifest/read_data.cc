#include <fmt/format.h>

#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/read_format_keys.h"
#include "daemon/manifest/sections.h"
#include "kernels/spec/layer.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_values = 1 << 26;  // of a dimension of one sample
constexpr std::size_t most_dimensions = 8;
constexpr double most_held_out = 0.9;

std::vector<std::string> names_of_formats(bool with_files) {
  std::vector<std::string> names;
  for (const FormatInfo& info : formats())
    if (with_files || !info.is_of_files) names.emplace_back(info.name);
  return names;
}

// Returns the format that the manifest names, or that the source's name tells. Null: a problem is recorded.
const FormatInfo* read_format(Fields& fields, bool for_built_in_trainer, const std::string& source) {
  std::string name;
  if (fields.has("format")) {
    if (!fields.word("format", name, names_of_formats(true))) return nullptr;
    const FormatInfo* format = find_format(name);
    if (!for_built_in_trainer || !format->is_of_files) return format;
    fields.problem("format", "must be one of " + join_names(names_of_formats(false)) + " with [train]",
                   name + " is for programs of your own: [command]");
    return nullptr;
  }
  if (!for_built_in_trainer) return &format_of_files();
  const FormatInfo* format = format_of_name(source);
  if (format == nullptr && !source.empty())
    fields.problem("format", "is missing, and the source's name does not tell it",
                   "format is one of " + join_names(names_of_formats(false)));
  return format;
}

void check_source(Fields& fields, const FormatInfo& format, const std::string& source) {
  const bool is_folder = source.ends_with('/');
  if (is_folder && !format.takes_folders)
    fields.problem("source", fmt::format("must be one file for format {}", format.name),
                   "the file with the samples");
  if (!is_folder && !format.takes_files && !source.empty())
    fields.problem("source", fmt::format("must be a folder, ending in /, for format {}", format.name));
}

void read_test(Fields& fields, DataSpec& data) {
  const Node* node = fields.find("test");
  if (!node) return;
  if (node->string())
    read_url_or_name(fields, "test", data.source, data.test_source);
  else if (node->number() || node->integer())
    fields.number("test", data.test_fraction, {0, most_held_out});
  else
    fields.problem("test", "must be a part such as 0.2, or the URL of a second source");
}

void read_shape(Fields& fields, DataSpec& data) {
  std::vector<std::int64_t> shape;
  if (!fields.integers("shape", shape, {1, most_values})) return;
  try {
    if (shape.empty() || shape.size() > most_dimensions)
      throw Error(ErrorKind::invalid, "must have 1 to 8 sizes");
    element_count(shape);
    data.options["shape"] = shape;
  } catch (const Error& error) {
    fields.problem("shape", std::string("is not a shape: ") + error.what());
  }
}

}  // namespace

DataSpec read_data(Fields fields, bool for_built_in_trainer) {
  DataSpec data;
  if (fields.require("source")) fields.text("source", data.source, problem_with_url);
  data.store = read_store(fields);
  const FormatInfo* format = read_format(fields, for_built_in_trainer, data.source);
  if (format == nullptr) return data;
  data.format = format->name;
  check_source(fields, *format, data.source);
  if (format->is_of_files) {
    refuse_keys(fields, {"shape", "scale", "test", "seed"}, *format);
  } else {
    read_shape(fields, data);
    if (format->needs_shape) fields.require("shape");
    fields.number("scale", data.scale, {1e-12, 1e12});
    read_test(fields, data);
    std::int64_t seed = 1;
    if (fields.integer("seed", seed, {0, std::int64_t{1} << 53}))
      data.seed = static_cast<std::uint64_t>(seed);
  }
  read_format_keys(fields, *format, data);
  return data;
}

}  // namespace trainyard
