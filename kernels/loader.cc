#include "kernels/loader.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "kernels/philox.h"

namespace trainyard {
namespace {

namespace names = scratch_names;

// Each epoch is shuffled with the random stream order_streams + epoch. Lower streams are used to initialize
// the layers.
constexpr std::uint64_t order_streams = std::uint64_t{1} << 32;

void check_labels(const std::string& path, const char* name, const std::vector<std::int32_t>& labels,
                  std::int64_t classes) {
  for (std::int32_t label : labels)
    if (label < 0 || label >= classes)
      throw Error(ErrorKind::invalid, path + ":" + name + ": label " + std::to_string(label) +
                                          " is not from 0 to " + std::to_string(classes - 1));
}

std::vector<float> one_hot(const std::vector<std::int32_t>& labels, std::int64_t classes) {
  std::vector<float> targets(labels.size() * static_cast<std::size_t>(classes), 0.0F);
  for (std::size_t i = 0; i < labels.size(); ++i)
    targets[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[i])] = 1.0F;
  return targets;
}

}  // namespace

std::vector<std::uint32_t> sample_order(std::int64_t count, std::int64_t seed, std::int64_t epoch) {
  if (count > std::numeric_limits<std::uint32_t>::max())
    throw Error(ErrorKind::invalid,
                std::to_string(count) + " samples are more than the 4294967295 that can be shuffled");
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0U);
  Philox random(static_cast<std::uint64_t>(seed), order_streams + static_cast<std::uint64_t>(epoch));
  for (std::size_t last = order.size(); last > 1; --last)
    std::swap(order[last - 1], order[random.below(static_cast<std::uint32_t>(last))]);
  return order;
}

Range share_of(std::int64_t total, int rank, int ranks) {
  const std::int64_t least = total / ranks;
  const std::int64_t larger_shares = total % ranks;
  return {rank * least + std::min<std::int64_t>(rank, larger_shares), least + (rank < larger_shares ? 1 : 0)};
}

// Maps `size_bytes` bytes from `offset` on. mmap needs an offset that is a multiple of the page size, so the
// mapping begins at the page in which the samples begin.
Mapping::Mapping(const std::string& path, std::int64_t offset, std::int64_t size_bytes) {
  const std::int64_t page = ::sysconf(_SC_PAGESIZE);
  const std::int64_t before = offset % page;
  UniqueFd fd = open_regular_file(path);
  length_ = static_cast<std::size_t>(size_bytes + before);
  address_ = ::mmap(nullptr, length_, PROT_READ, MAP_SHARED, fd.get(), offset - before);
  if (address_ == MAP_FAILED) {
    address_ = nullptr;
    throw_errno("map " + path);
  }
  // Lets the kernel read the file ahead, because random access to rows that are not cached is 100 times
  // slower. The kernel may ignore this.
  ::madvise(address_, length_, MADV_WILLNEED);
  data_ = static_cast<const std::byte*>(address_) + before;
}

Mapping::Mapping(Mapping&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), length_(other.length_), data_(other.data_) {}

Mapping::~Mapping() {
  if (address_ != nullptr) ::munmap(address_, length_);
}

namespace {

Mapping map_rows(const std::string& path, const Hdf5Dataset& samples) {
  if (samples.rows() == 0) return {};
  return {path, samples.offset().value(), samples.rows() * samples.row_bytes()};
}

}  // namespace

Samples::Samples(const std::string& path, const ScratchInfo& info, Split split, Loss loss)
    : count_(split == Split::train ? info.train_count : info.test_count),
      target_width_(info.classes > 0 ? info.classes : info.targets),
      mapping_(map_rows(path, Hdf5File::open(path).dataset(split == Split::train ? names::train_samples
                                                                                 : names::test_samples))) {
  const char* labels_name = split == Split::train ? names::train_labels : names::test_labels;
  Hdf5File file = Hdf5File::open(path);
  row_bytes_ = size_bytes(info.type) * element_count(info.shape);
  if (info.classes == 0) {
    targets_ = file.dataset(labels_name).read<float>();
    return;
  }
  labels_ = file.dataset(labels_name).read<std::int32_t>();
  check_labels(path, labels_name, labels_, info.classes);
  if (loss == Loss::mean_squared_error) targets_ = one_hot(labels_, info.classes);
}

void Samples::gather(const std::uint32_t* numbers, std::int64_t count, Batch& batch) const {
  batch.rows = count;
  batch.samples.resize(static_cast<std::size_t>(count * row_bytes_));
  batch.labels.resize(labels_.empty() ? 0 : static_cast<std::size_t>(count));
  batch.targets.resize(targets_.empty() ? 0 : static_cast<std::size_t>(count * target_width_));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t number = numbers[i];
    std::memcpy(batch.samples.data() + i * row_bytes_, mapping_.data() + number * row_bytes_,
                static_cast<std::size_t>(row_bytes_));
    if (!labels_.empty()) batch.labels[static_cast<std::size_t>(i)] = labels_[numbers[i]];
    if (!targets_.empty())
      std::memcpy(batch.targets.data() + i * target_width_, targets_.data() + number * target_width_,
                  static_cast<std::size_t>(target_width_) * sizeof(float));
  }
}

}  // namespace trainyard
