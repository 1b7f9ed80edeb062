#include "kernels/scratch_file.h"

#include <tuple>

#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {
namespace {

namespace names = scratch_names;

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid, message); }

const ScratchLayout& checked(const std::string& path, const ScratchLayout& layout) {
  for (std::int64_t size : layout.shape)
    if (size < 1) invalid(path + ": a sample's sizes must be 1 or more");
  if (layout.shape.empty()) invalid(path + ": a sample needs a shape");
  if (layout.train_count < 1 || layout.test_count < 0) invalid(path + ": there must be samples to train on");
  if ((layout.classes > 0) == (layout.targets > 0))
    invalid(path + ": labels are classes or targets, one of them");
  return layout;
}

// Throws Error{invalid} unless the samples and labels of a split have `count` rows, and the shape and type of
// `info`.
void check_split(const std::string& path, const Hdf5File& file, const char* samples_name,
                 const char* labels_name, const ScratchInfo& info, std::int64_t count) {
  Hdf5Dataset samples = file.dataset(samples_name);
  Hdf5Dataset labels = file.dataset(labels_name);
  std::vector<std::int64_t> samples_shape = info.shape;
  samples_shape.insert(samples_shape.begin(), count);
  if (samples.shape() != samples_shape || samples.type() != info.type)
    invalid(path + ":" + samples_name + ": not of the shape and type of the training samples");
  if (count > 0 && !samples.offset())
    invalid(path + ":" + samples_name + ": not contiguous, so it cannot be mapped");
  std::vector<std::int64_t> labels_shape{count};
  if (info.classes == 0) labels_shape.push_back(info.targets);
  ElementType labels_type = info.classes > 0 ? ElementType::i32 : ElementType::f32;
  if (labels.shape() != labels_shape || labels.type() != labels_type)
    invalid(path + ":" + labels_name + ": must be [n] i32 for classes, [n, targets] f32 otherwise");
}

std::int64_t targets_of(const Hdf5File& file, std::int64_t classes) {
  std::vector<std::int64_t> shape = file.dataset(names::train_labels).shape();
  return classes == 0 && shape.size() == 2 ? shape[1] : 0;
}

void set_attributes(Hdf5File& file, const ScratchLayout& layout) {
  file.set_attribute("/", names::format_version, names::version);
  file.set_attribute("/", names::scale, layout.scale);
  file.set_attribute("/", names::classes, layout.classes);
  file.set_attribute("/", names::created_by, std::string("trainyard " TRAINYARD_VERSION));
  file.set_attribute("/", names::sources, layout.sources);
  if (!layout.class_names.empty())
    file.set_attribute("/", names::class_names, Json(layout.class_names).dump());
}

std::vector<std::string> class_names_in(const Hdf5File& file) {
  const std::string what = file.path() + ":/@" + names::class_names;
  std::vector<std::string> class_names;
  for (const Json& name : parse_json(file.text_attribute("/", names::class_names), what)) {
    if (!name.is_string()) invalid(what + ": must be a list of texts");
    class_names.push_back(name);
  }
  return class_names;
}

struct SplitArrays {
  Hdf5Dataset samples, labels;
};

SplitArrays create_arrays(Hdf5File& file, Split split, const ScratchLayout& layout) {
  const bool is_train = split == Split::train;
  const std::int64_t count = is_train ? layout.train_count : layout.test_count;
  std::vector<std::int64_t> samples_shape = layout.shape;
  samples_shape.insert(samples_shape.begin(), count);
  std::vector<std::int64_t> labels_shape{count};
  if (layout.classes == 0) labels_shape.push_back(layout.targets);
  file.create_group(is_train ? names::train_group : names::test_group);
  return {
      file.create_dataset(is_train ? names::train_samples : names::test_samples, layout.type, samples_shape),
      file.create_dataset(is_train ? names::train_labels : names::test_labels,
                          layout.classes > 0 ? ElementType::i32 : ElementType::f32, labels_shape)};
}

}  // namespace

bool ScratchLayout::operator==(const ScratchLayout& other) const {
  const auto all = [](const ScratchLayout& l) {
    return std::tie(l.type, l.shape, l.train_count, l.test_count, l.classes, l.targets, l.scale,
                    l.class_names, l.sources);
  };
  return all(*this) == all(other);
}

ScratchInfo read_scratch_info(const std::string& path) {
  Hdf5File file = Hdf5File::open(path);
  ScratchInfo info;
  info.version = file.integer_attribute("/", names::format_version);
  if (info.version != names::version)
    invalid(path + ": scratch format " + std::to_string(info.version) + "; this program reads " +
            std::to_string(names::version));
  info.scale = file.number_attribute("/", names::scale);
  info.classes = file.integer_attribute("/", names::classes);
  info.created_by = file.text_attribute("/", names::created_by);
  info.sources = file.text_attribute("/", names::sources);
  if (file.has_attribute("/", names::class_names)) info.class_names = class_names_in(file);

  Hdf5Dataset samples = file.dataset(names::train_samples);
  if (samples.shape().size() < 2) invalid(path + ":" + names::train_samples + ": must be [n, shape...]");
  info.type = samples.type();
  info.shape.assign(samples.shape().begin() + 1, samples.shape().end());
  info.targets = targets_of(file, info.classes);
  info.train_count = samples.rows();
  info.test_count = file.dataset(names::test_samples).rows();
  checked(path, info);
  check_split(path, file, names::train_samples, names::train_labels, info, info.train_count);
  check_split(path, file, names::test_samples, names::test_labels, info, info.test_count);
  return info;
}

ScratchWriter::ScratchWriter(const std::string& path, const ScratchLayout& layout)
    : path_(path),
      layout_(checked(path, layout)),
      beside_(path),
      file_(Hdf5File::create(beside_.path_beside())) {
  set_attributes(file_, layout);
  train_ = create_part(Split::train);
  test_ = create_part(Split::test);
}

ScratchWriter::Part ScratchWriter::create_part(Split split) {
  SplitArrays arrays = create_arrays(file_, split, layout_);
  return {std::move(arrays.samples), std::move(arrays.labels), 0};
}

void ScratchWriter::append(Split split, const void* samples, const std::int32_t* labels, std::int64_t count) {
  if (layout_.classes == 0) invalid(path_ + ": class numbers for a file of targets");
  for (std::int64_t i = 0; i < count; ++i)
    if (labels[i] < 0 || labels[i] >= layout_.classes)
      invalid(path_ + ": label " + std::to_string(labels[i]) + " is not from 0 to " +
              std::to_string(layout_.classes - 1));
  append_rows(split, samples, labels, count);
}

void ScratchWriter::append(Split split, const void* samples, const float* targets, std::int64_t count) {
  if (layout_.classes > 0) invalid(path_ + ": targets for a file of classes");
  append_rows(split, samples, targets, count);
}

void ScratchWriter::append_rows(Split split, const void* samples, const void* labels, std::int64_t count) {
  Part& part = split == Split::train ? *train_ : *test_;
  if (part.written + count > part.samples.rows())
    invalid(path_ + ": more samples than the " + std::to_string(part.samples.rows()) + " announced");
  part.samples.write_rows(part.written, count, samples);
  part.labels.write_rows(part.written, count, labels);
  part.written += count;
}

void ScratchWriter::commit() {
  if (train_->written < layout_.train_count || test_->written < layout_.test_count)
    invalid(path_ + ": fewer samples than announced");
  for (Part* part : {&*train_, &*test_}) {
    part->samples.close();
    part->labels.close();
  }
  file_.close();
  beside_.commit();
}

void add_digests(const std::string& path, const std::string& json) {
  Hdf5File file = Hdf5File::open_to_change(path);
  if (!file.has_attribute("/", names::digests)) file.set_attribute("/", names::digests, json);
  file.close();
}

void create_unwritten_scratch_file(const std::string& path, const ScratchLayout& layout) {
  checked(path, layout);
  Hdf5File file = Hdf5File::create(path);
  set_attributes(file, layout);
  for (Split split : {Split::train, Split::test}) {
    SplitArrays arrays = create_arrays(file, split, layout);
    arrays.samples.close();
    arrays.labels.close();
  }
  file.close();
}

ScratchPlaces places_in_scratch_file(const std::string& path) {
  const Hdf5File file = Hdf5File::open(path);
  const auto place = [&](const char* array) { return file.dataset(array).offset().value_or(0); };
  return {{place(names::train_samples), place(names::train_labels)},
          {place(names::test_samples), place(names::test_labels)}};
}

}  // namespace trainyard
