#include "plugins/formats/images/label_file.h"

#include <optional>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/formats/images/decode.h"
#include "plugins/formats/line_reader.h"

namespace trainyard {

std::map<std::string, std::string> read_label_file(const Object& object, ObjectStore& store) {
  const bool is_tsv = object.url.ends_with(".tsv") || object.url.ends_with(".tsv.gz");
  const char delimiter = is_tsv ? '\t' : ',';
  std::map<std::string, std::string> classes;
  LineReader lines(object, store);
  while (std::optional<std::string_view> line = lines.next()) {
    if (trim(*line).empty()) continue;
    const std::string place = object.url + ":" + std::to_string(lines.line());
    bool more = false;
    const std::string name(cut_field(*line, delimiter, more));
    if (lines.line() == 1 && !is_image_name(name)) continue;
    if (!more) throw_invalid(place + ": only one field; a line is an image's name and its class");
    const std::string name_of_class(cut_field(*line, delimiter, more));
    if (more)
      throw_invalid(place + ": more than two fields; put a class with a delimiter in it in double quotes");
    if (name.empty() || name_of_class.empty()) throw_invalid(place + ": an empty name or class");
    if (!classes.emplace(name, name_of_class).second) throw_invalid(place + ": a second line for " + name);
  }
  return classes;
}

}  // namespace trainyard
