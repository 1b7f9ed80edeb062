// The format shards: archives of image files.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/formats/images/classes.h"
#include "plugins/formats/images/image_reader.h"
#include "plugins/formats/images/images.h"
#include "plugins/formats/images/label_file.h"
#include "plugins/formats/object_stream.h"

namespace trainyard {
namespace {

// Returns the name without its ending: "0001" of "0001.jpg" and "0001.cls".
std::string stem_of(const std::string& entry) {
  const std::size_t slash = entry.rfind('/');
  const std::size_t dot = entry.find('.', slash == std::string::npos ? 0 : slash + 1);
  return entry.substr(0, dot);
}

// Other objects of a folder are left out.
bool is_shard_name(const std::string& key) {
  const std::size_t dot = key.find('.', key.rfind('/') + 1);
  const std::string endings = dot == std::string::npos ? "" : key.substr(dot);
  return endings.ends_with(".zip") || endings.ends_with(".tgz") || endings.ends_with(".tar") ||
         endings.ends_with(".tar.gz") || endings.ends_with(".tar.bz2") || endings.ends_with(".tar.xz") ||
         endings.ends_with(".tar.zst");
}

// Returns the name as label files have it: without "/" and "./" at the beginning.
std::string plain_name(std::string entry) {
  while (entry.starts_with('/') || entry.starts_with("./")) entry.erase(0, entry.front() == '/' ? 1 : 2);
  return entry;
}

// Reads the classes of the images of all shards, in a first pass over the archives.
class ShardSurvey {
 public:
  // `listed`: the classes by the names of the images; unset: there is no file of labels.
  explicit ShardSurvey(std::optional<std::map<std::string, std::string>> listed)
      : listed_(std::move(listed)) {}

  void add(const Object& shard, ObjectStore& store) {
    ArchiveReader archive = open_archive(shard, store);
    std::vector<std::string> images;
    std::map<std::string, std::string> numbers;  // the texts of .cls files, by their stems
    while (archive.next()) {
      const std::string name = plain_name(archive.entry());
      if (is_image_name(name)) images.push_back(name);
      if (name.ends_with(".cls")) numbers[stem_of(name)] = read_class(archive, shard.url + ": " + name);
    }
    for (const std::string& image : images) classes_.push_back(class_of(shard, image, numbers));
  }

  const std::vector<std::string>& classes() const { return classes_; }  // of all images, in order
  bool are_from_folders() const { return are_from_folders_; }           // of some images

 private:
  static std::string read_class(ArchiveReader& archive, const std::string& what) {
    constexpr std::size_t most_bytes = 128;
    char text[most_bytes];
    std::size_t size = 0;
    for (std::size_t got = 1; got > 0 && size < most_bytes; size += got)
      got = archive.read(text + size, most_bytes - size);
    const std::string name(trim(std::string_view(text, size)));
    if (name.empty() || size == most_bytes)
      throw_invalid(what + ": must hold the class of one image, a line");
    return name;
  }

  std::string class_of(const Object& shard, const std::string& image,
                       const std::map<std::string, std::string>& numbers) {
    const std::string what = shard.url + ": " + image;
    if (listed_) {
      const auto entry = listed_->find(image);
      if (entry == listed_->end()) throw_invalid(what + ": has no line in the file of labels");
      return entry->second;
    }
    if (const auto number = numbers.find(stem_of(image)); number != numbers.end()) return number->second;
    are_from_folders_ = true;
    const std::size_t slash = image.find('/');
    if (slash == std::string::npos)
      throw_invalid(what +
                    ": has no .cls file beside it, and lies in no folder that tells its class; label can "
                    "name a file of classes");
    return image.substr(0, slash);
  }

  std::optional<std::map<std::string, std::string>> listed_;
  std::vector<std::string> classes_;
  bool are_from_folders_ = false;
};

class ArchiveImages final : public ImageFiles {
 public:
  ArchiveImages(const std::vector<Object>& objects, ObjectStore& store, const Json& options) : store_(store) {
    const auto label_file = get_or<std::string>(options, "label_file", "");
    std::optional<std::map<std::string, std::string>> listed;
    for (const Object& object : objects)
      if (object.url == label_file)
        listed = read_label_file(object, store);
      else if (is_shard_name(object.key))
        shards_.push_back(object);
    ShardSurvey survey(std::move(listed));
    for (const Object& shard : shards_) survey.add(shard, store);
    if (survey.classes().empty())
      throw_invalid(objects.front().url + ": no .jpg, .jpeg or .png file in the archives");
    const std::set<std::string> names(survey.classes().begin(), survey.classes().end());
    if (survey.are_from_folders()) check_folders_are_classes(names, options, objects.front().url);
    classes_.emplace(names, options);
    for (const std::string& name : survey.classes())
      labels_.push_back(classes_->number_of(name, objects.front().url));
  }

  const std::vector<std::int32_t>& labels() const override { return labels_; }
  void describe_classes(SampleInfo& info) const override { classes_->describe(info); }

  bool next(ImageFile& file) override {
    while (archive_ || open_next()) {
      while (archive_->next())
        if (is_image_name(archive_->entry())) return read(file), true;
      archive_.reset();
    }
    return false;
  }

 private:
  bool open_next() {
    if (opened_ == shards_.size()) return false;
    archive_.emplace(open_archive(shards_[opened_++], store_));
    return true;
  }

  void read(ImageFile& file) {
    file.name = shards_[opened_ - 1].url + ": " + archive_->entry();
    file.bytes = read_image_file(
        [this](char* buffer, std::size_t size) { return archive_->read(buffer, size); }, file.name);
  }

  ObjectStore& store_;
  std::vector<Object> shards_;
  std::optional<Classes> classes_;
  std::vector<std::int32_t> labels_;
  std::optional<ArchiveReader> archive_;  // the shard that is being read
  std::size_t opened_ = 0;
};

class ShardsFormat final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    return make_image_reader(std::make_unique<ArchiveImages>(objects, store, options), options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_shards_format() { return std::make_unique<ShardsFormat>(); }

}  // namespace trainyard
