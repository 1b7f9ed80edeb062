// Makes samples from files of images, which are decoded by several threads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/dataset_format.h"
#include "plugins/formats/images/decode.h"

namespace trainyard {

struct ImageFile {
  std::string name;   // for errors
  std::string bytes;  // JPEG or PNG
};

// The files of images of a data set, one after the other.
class ImageFiles {
 public:
  virtual ~ImageFiles() = default;
  // The labels of all images, in their order, and the classes.
  virtual const std::vector<std::int32_t>& labels() const = 0;
  virtual void describe_classes(SampleInfo& info) const = 0;
  // Reads the next file. Returns false at the end.
  virtual bool next(ImageFile& file) = 0;
};

// Returns a reader of the images as samples of the options' `shape`. Throws Error{invalid} on a wrong option.
std::unique_ptr<SampleReader> make_image_reader(std::unique_ptr<ImageFiles> files, const Json& options);

// Reads the rest of a file. Throws Error{invalid}, which names `what`, if it is larger than any image may be.
std::string read_image_file(const std::function<std::size_t(char* buffer, std::size_t size)>& read,
                            const std::string& what);

}  // namespace trainyard
