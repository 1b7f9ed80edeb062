// The keys of the formats images and shards.
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

FormatKey fit_key() {
  return {.name = "fit",
          .type = FormatKeyType::choice,
          .meaning =
              "how images of other sizes are brought to the shape: resized until they cover it and "
              "cropped at the edges, or stretched; exact: other sizes are an error",
          .otherwise = "crop",
          .choices = {"crop", "stretch", "exact"}};
}

FormatKey label_key(const char* meaning) {
  return {.name = "label", .type = FormatKeyType::file, .meaning = meaning};
}

FormatKey test_label_key() {
  return {.name = "test_label",
          .type = FormatKeyType::file,
          .meaning = "the same for the second source, if it has such a file"};
}

}  // namespace

FormatInfo images_info() {
  return {
      .name = "images",
      .meaning = "a folder of JPEG and PNG files; other files in it are left out",
      .takes_files = false,
      .needs_shape = true,
      .keys = {label_key("a csv or tsv file of image names and classes; by default the class of an image is "
                         "the first folder of its name"),
               test_label_key(), fit_key()}};
}

FormatInfo shards_info() {
  return {
      .name = "shards",
      .meaning = "tar or zip files of JPEG and PNG files, one archive or a folder of them",
      .endings = {".tar", ".tar.gz", ".tgz", ".zip"},
      .needs_shape = true,
      .keys = {label_key("a csv or tsv file of image names and classes; by default the class of a.jpg is the "
                         "text of a.cls beside it, or else the first folder of its name"),
               test_label_key(), fit_key()}};
}

}  // namespace trainyard
