// Fuzz target: objects of data sets, as each format reads them. The first byte chooses the format; the next
// two are the size of the first of two objects. HDF5 files are left out: their parsing is that of libhdf5.
#include <algorithm>
#include <map>

#include "plugins/formats/cifar/cifar.h"
#include "plugins/formats/delimited/delimited.h"
#include "plugins/formats/idx/idx.h"
#include "plugins/formats/images/images.h"
#include "plugins/formats/npy/npy.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

namespace {

// Objects in memory.
class MemoryStore final : public ObjectStore {
 public:
  Object add(const std::string& key, std::string bytes) {
    Object object;
    object.url = "file:///" + key;
    object.key = key;
    object.size_bytes = static_cast<std::int64_t>(bytes.size());
    bytes_[object.url] = std::move(bytes);
    return object;
  }

  std::unique_ptr<ObjectReader> open(const Object& object, std::int64_t offset) override {
    return std::make_unique<Reader>(bytes_.at(object.url), static_cast<std::size_t>(offset));
  }
  void list_each(const std::string&, const std::function<void(Object)>&) override { require(false); }
  void fetch_all(const std::function<std::optional<Fetch>()>&) override { require(false); }
  std::optional<Object> find(const std::string&) override { return refuse(); }
  bool has_contents(const Object&, const std::string&) override { return refuse(), false; }
  void remove(const std::string&, const std::string&) override { refuse(); }
  void remove_unfinished(const std::string&) override { refuse(); }
  Object put_file(const std::string&, const std::string&, const std::string&, const BytesStored&) override {
    return refuse();
  }
  Object put_bytes(const std::string&, const std::string&, std::string_view) override { return refuse(); }

 private:
  class Reader final : public ObjectReader {
   public:
    Reader(std::string_view bytes, std::size_t offset) : left_(bytes.substr(offset)) {}
    std::size_t read(char* buffer, std::size_t size) override {
      const std::size_t got = left_.copy(buffer, size);
      left_.remove_prefix(got);
      return got;
    }

   private:
    std::string_view left_;
  };

  static Object refuse() {
    require(false);
    return {};
  }

  std::map<std::string, std::string> bytes_;
};

void check(const SampleInfo& info, const SampleBlock& block) {
  std::size_t values = static_cast<std::size_t>(block.count);
  for (const std::int64_t size : info.shape) values *= static_cast<std::size_t>(size);
  require(block.samples.size() == values * (info.type == SampleType::u8 ? 1 : 4));
  const auto count = static_cast<std::size_t>(block.count);
  require(info.classes > 0 ? block.labels.size() == count
                           : block.targets.size() == count * static_cast<std::size_t>(info.target_width));
  require(std::ranges::all_of(block.labels, [&](auto label) { return label >= 0 && label < info.classes; }));
}

void read_rows(const RowSource& rows, const std::vector<Object>& objects, ObjectStore& store) {
  std::int64_t first = 0;
  for (const RowRange& range : rows.ranges()) {
    std::string bytes(static_cast<std::size_t>(range.count * rows.row_bytes()), '\0');
    const auto reader = store.open(objects.at(range.object), range.offset);
    require(reader->read(bytes.data(), bytes.size()) == bytes.size());
    SampleBlock block;
    rows.convert(first, bytes, block);
    check(rows.info(), block);
    first += range.count;
  }
  require(first == rows.info().count);
}

void read_data_set(DatasetFormat& format, const std::vector<Object>& objects, ObjectStore& store,
                   const Json& options) {
  if (const auto rows = format.open_rows(objects, store, options)) return read_rows(*rows, objects, store);
  const auto reader = format.open(objects, store, options);
  std::int64_t read = 0;
  for (SampleBlock block = reader->next(7); block.count > 0; block = reader->next(7)) {
    check(reader->info(), block);
    read += block.count;
  }
  require(read == reader->info().count);
}

void read(char kind, const std::string& first, const std::string& second) {
  MemoryStore store;
  const auto two = [&](const char* one, const char* other) {
    return std::vector<Object>{store.add(one, first), store.add(other, second)};
  };
  const Json labels = {{"label_file", "file:///labels"}};
  const Json small = {{"shape", {3, 4, 4}}};
  switch (kind % 9) {
    case 0:
      return read_data_set(*make_csv_format(), two("a", "b"), store, {{"label", 0}, {"header", false}});
    case 1:
      return read_data_set(*make_tsv_format(), two("a", "b"), store, {{"label", "y"}, {"header", true}});
    case 2:
      return read_data_set(*make_idx_format(), two("a", "b"), store, Json::object());
    case 3:
      return read_data_set(*make_npy_format(), two("samples", "labels"), store, labels);
    case 4:
      return read_data_set(*make_npz_format(), {store.add("a", first + second)}, store, Json::object());
    case 5:
      return read_data_set(*make_cifar10_format(), two("a.bin", "b.bin"), store, Json::object());
    case 6:
      return read_data_set(*make_images_format(), two("a/1.jpg", "b/2.png"), store, small);
    case 7: {
      Json options = small;
      options["label_file"] = "file:///labels";
      return read_data_set(*make_images_format(), {store.add("1.png", first), store.add("labels", second)},
                           store, options);
    }
    default:
      return read_data_set(*make_shards_format(), two("a.tar", "b.zip"), store, small);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t first = std::min<std::size_t>(bytes[1] | (bytes[2] << 8), size - 3);
  const std::string text(reinterpret_cast<const char*>(bytes + 3), size - 3);
  accepts([&] { read(static_cast<char>(bytes[0] & 0x7f), text.substr(0, first), text.substr(first)); });
  return 0;
}
