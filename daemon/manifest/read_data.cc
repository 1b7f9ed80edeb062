#include "daemon/base/text.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/sections.h"
#include "kernels/spec/layer.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_columns = 1 << 20;
constexpr std::size_t most_dimensions = 8;
constexpr double most_held_out = 0.9;

bool ends_in(const std::string& name, std::string_view suffix) {
  return name.ends_with(suffix) || name.ends_with(std::string(suffix) + ".gz");
}

std::string format_of(const std::string& source) {
  if (ends_in(source, ".csv")) return "csv";
  if (ends_in(source, "-ubyte")) return "idx";
  return "";
}

void read_format(Fields& fields, bool for_built_in_trainer, DataSpec& data) {
  if (!for_built_in_trainer) data.format = "raw";
  if (fields.word("format", data.format, {"csv", "idx", "raw"})) {
    if (for_built_in_trainer && data.format == "raw")
      fields.problem("format", "must be csv or idx with [train]",
                     "raw files are for programs of your own: [command]");
    return;
  }
  if (fields.has("format") || !for_built_in_trainer) return;
  data.format = format_of(data.source);
  if (data.format.empty() && !data.source.empty())
    fields.problem("format", "is missing, and the source's name does not tell it",
                   "format = \"csv\" or \"idx\"");
}

// Sets `into` to the URL that the key's value is, or, if the value is the name of a file, to the URL of this
// file in the folder of `source`. Records a problem, and returns false, if the value is neither.
bool read_url_or_name(Fields& fields, const char* key, const std::string& source, std::string& into) {
  std::string written;
  if (!fields.text(key, written)) return false;
  std::string url = looks_like_url(written) ? written : beside(source, written);
  auto wrong = problem_with_url(url);
  if (wrong && looks_like_url(written)) fields.problem(key, *wrong);
  if (wrong && !looks_like_url(written))
    fields.problem(key, "must be a URL, or the name of a file beside the source");
  if (!wrong) into = url;
  return !wrong;
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
  if (!fields.integers("shape", shape, {1, most_columns})) return;
  try {
    if (shape.empty() || shape.size() > most_dimensions)
      throw Error(ErrorKind::invalid, "must have 1 to 8 sizes");
    element_count(shape);
    data.options["shape"] = shape;
  } catch (const Error& error) {
    fields.problem("shape", std::string("is not a shape: ") + error.what());
  }
}

void read_column_label(Fields& fields, DataSpec& data) {
  bool header = false;
  fields.boolean("header", header);
  data.options["header"] = header;
  if (!fields.require("label")) return;
  const Node* node = fields.find("label");
  std::int64_t column = 0;
  std::string name;
  if (node->integer()) {
    if (fields.integer("label", column, {0, most_columns})) data.options["label"] = column;
  } else if (!node->string()) {
    fields.problem("label", "must be a column: its number from 0, or its name");
  } else if (fields.text("label", name)) {
    data.options["label"] = name;
    if (!header)
      fields.problem("label", "is a column's name, but there is no header",
                     "header = true, or the column's number");
  }
}

// Returns the URL of the labels that belong to a file of images, by the naming of MNIST:
// train-images-idx3-ubyte.gz → train-labels-idx1-ubyte.gz. Empty if the file is not named so.
std::string labels_beside(const std::string& images) {
  std::string name = last_component(images);
  std::size_t at = name.find("images");
  if (at == std::string::npos) return "";
  name.replace(at, 6, "labels");
  if (std::size_t dimensions = name.find("idx3"); dimensions != std::string::npos)
    name.replace(dimensions, 4, "idx1");
  return beside(images, name);
}

void read_label_file(Fields& fields, const char* key, const std::string& images, std::string& into) {
  if (images.empty() || read_url_or_name(fields, key, images, into) || fields.has(key)) return;
  into = labels_beside(images);
  if (into.empty()) fields.require(key);
}

void refuse(Fields& fields, const std::vector<const char*>& keys, const std::string& format) {
  for (const char* key : keys)
    if (fields.has(key)) fields.problem(key, "means nothing for format " + format, "leave it out");
}

void read_csv(Fields& fields, DataSpec& data) {
  read_column_label(fields, data);
  refuse(fields, {"test_label"}, "csv");
}

void read_idx(Fields& fields, DataSpec& data) {
  if (data.source.ends_with('/'))
    fields.problem("source", "must be one file for format idx: the one with the images");
  read_label_file(fields, "label", data.source, data.label_source);
  read_label_file(fields, "test_label", data.test_source, data.test_label_source);
  if (data.test_source.empty() && fields.has("test_label"))
    fields.problem("test_label", "needs a second source", "test = \"…\" names it");
  refuse(fields, {"header"}, "idx");
}

}  // namespace

DataSpec read_data(Fields fields, bool for_built_in_trainer) {
  DataSpec data;
  if (fields.require("source")) fields.text("source", data.source, problem_with_url);
  data.store = read_store(fields);
  read_format(fields, for_built_in_trainer, data);
  if (data.format == "raw") {
    refuse(fields, {"label", "header", "shape", "scale", "test", "test_label", "seed"}, "raw");
    return data;
  }
  read_shape(fields, data);
  fields.number("scale", data.scale, {1e-12, 1e12});
  read_test(fields, data);
  std::int64_t seed = 1;
  if (fields.integer("seed", seed, {0, std::int64_t{1} << 53})) data.seed = static_cast<std::uint64_t>(seed);
  if (data.format == "csv") read_csv(fields, data);
  if (data.format == "idx") read_idx(fields, data);
  return data;
}

}  // namespace trainyard
