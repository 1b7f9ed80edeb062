// The format images: a folder of image files.
#include <algorithm>
#include <map>
#include <set>

#include "daemon/base/error.h"
#include "plugins/formats/images/classes.h"
#include "plugins/formats/images/image_reader.h"
#include "plugins/formats/images/images.h"
#include "plugins/formats/images/label_file.h"

namespace trainyard {
namespace {

class FolderImages final : public ImageFiles {
 public:
  FolderImages(const std::vector<Object>& objects, ObjectStore& store, const Json& options) : store_(store) {
    for (const Object& object : objects)
      if (is_image_name(object.key)) images_.push_back(object);
    if (images_.empty()) throw_invalid(objects.front().url + ": no .jpg, .jpeg or .png file in the folder");
    const std::vector<std::string> classes = classes_of_images(objects, options);
    const std::set<std::string> names(classes.begin(), classes.end());
    if (!options.contains("label_file")) check_folders_are_classes(names, options, objects.front().url);
    classes_.emplace(names, options);
    for (std::size_t i = 0; i < images_.size(); ++i)
      labels_.push_back(classes_->number_of(classes[i], images_[i].url));
  }

  const std::vector<std::int32_t>& labels() const override { return labels_; }
  void describe_classes(SampleInfo& info) const override { classes_->describe(info); }

  bool next(ImageFile& file) override {
    if (next_ == images_.size()) return false;
    const Object& object = images_[next_++];
    const std::unique_ptr<ObjectReader> reader = store_.open(object);
    file.name = object.url;
    file.bytes = read_image_file([&](char* buffer, std::size_t size) { return reader->read(buffer, size); },
                                 object.url);
    return true;
  }

 private:
  // Returns the name of the class of each image.
  std::vector<std::string> classes_of_images(const std::vector<Object>& objects, const Json& options) const {
    const auto label_file = get_or<std::string>(options, "label_file", "");
    std::vector<std::string> classes;
    if (label_file.empty()) {
      for (const Object& image : images_) classes.push_back(folder_of(image));
      return classes;
    }
    const auto object = std::ranges::find(objects, label_file, &Object::url);
    if (object == objects.end()) throw_invalid(label_file + ": not among the objects");
    std::map<std::string, std::string> listed = read_label_file(*object, store_);
    for (const Object& image : images_) {
      const auto entry = listed.find(image.key);
      if (entry == listed.end()) throw_invalid(image.url + ": has no line in " + label_file);
      classes.push_back(std::move(entry->second));
      listed.erase(entry);
    }
    if (!listed.empty()) throw_invalid(label_file + ": there is no image " + listed.begin()->first);
    return classes;
  }

  static std::string folder_of(const Object& image) {
    const std::size_t slash = image.key.find('/');
    if (slash == std::string::npos || slash == 0)
      throw_invalid(image.url + ": lies in no folder that tells its class; label can name a file of classes");
    return image.key.substr(0, slash);
  }

  ObjectStore& store_;
  std::vector<Object> images_;
  std::optional<Classes> classes_;
  std::vector<std::int32_t> labels_;
  std::size_t next_ = 0;
};

class ImagesFormat final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    return make_image_reader(std::make_unique<FolderImages>(objects, store, options), options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_images_format() { return std::make_unique<ImagesFormat>(); }

}  // namespace trainyard
