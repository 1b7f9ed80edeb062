// The keys of the format idx.
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

// Returns the URL of the labels that belong to a file of images, by the naming of MNIST:
// train-images-idx3-ubyte.gz → train-labels-idx1-ubyte.gz. Empty if the file is not named so.
std::string labels_of_images(const std::string& images) {
  const std::size_t name = images.rfind('/') + 1;
  const std::size_t at = images.find("images", name);
  if (at == std::string::npos) return "";
  std::string labels = images;
  labels.replace(at, 6, "labels");
  if (const std::size_t dimensions = labels.find("idx3", name); dimensions != std::string::npos)
    labels.replace(dimensions, 4, "idx1");
  return labels;
}

}  // namespace

FormatInfo idx_info() {
  return {
      .name = "idx",
      .meaning = "the format of MNIST; plain or gzipped",
      .endings = {"-ubyte", "-ubyte.gz"},
      .takes_folders = false,
      .keys = {{.name = "label",
                .type = FormatKeyType::file,
                .meaning = "the file with the labels; by default the source's name with labels for images",
                .is_required = true},
               {.name = "test_label",
                .type = FormatKeyType::file,
                .meaning = "the file with the labels of the second source",
                .is_required = true}},
      .label_beside = labels_of_images};
}

}  // namespace trainyard
