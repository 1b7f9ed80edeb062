#include "daemon/handover/source_list.h"

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::size_t buffered_bytes = 1 << 20;
constexpr const char* part_key = "of";

const char* to_string(SourcePart part) { return part == SourcePart::train ? "train" : "test"; }

}  // namespace

SourceListWriter::SourceListWriter(const std::string& folder, const DataSpec& data)
    : file_(join_path(folder, "list")) {
  DataSpec identity = data;
  identity.store.credentials.clear();  // the name of the user's keys does not change the objects
  digest_.add(to_json(identity).dump());
}

void SourceListWriter::add(SourcePart part, const SourceObject& object) {
  Json line = to_json(object);
  line[part_key] = to_string(part);
  std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  digest_.add(text);
  buffer_ += text;
  ++objects_;
  size_bytes_ += object.size_bytes;
  if (buffer_.size() > buffered_bytes) flush();
}

void SourceListWriter::flush() {
  file_.write(buffer_);
  buffer_.clear();
}

void SourceListWriter::commit(const std::string& path) {
  flush();
  file_.commit_as(path);
}

std::string data_set_digest(std::uint32_t owner, const std::string& list_digest) {
  return sha256(std::to_string(owner) + ":" + list_digest);
}

SourceListReader::SourceListReader(std::string path) : path_(std::move(path)), file_(path_) {
  if (!file_) throw Error(ErrorKind::not_found, path_ + ": the list of the data set's objects is not there");
}

std::optional<SourceListReader::Entry> SourceListReader::next() {
  if (!std::getline(file_, text_)) {
    if (file_.bad()) throw Error(ErrorKind::unavailable, path_ + ": cannot be read to its end");
    return std::nullopt;
  }
  const Json json = parse_json(text_, path_ + ":" + std::to_string(++line_));
  const bool is_test = get<std::string>(json, part_key) == to_string(SourcePart::test);
  return Entry{is_test ? SourcePart::test : SourcePart::train, source_object_from_json(json)};
}

void read_source_list(const std::string& path, StageRequest& request) {
  SourceListReader list(path);
  while (std::optional<SourceListReader::Entry> entry = list.next())
    (entry->part == SourcePart::test ? request.test_objects : request.objects)
        .push_back(std::move(entry->object));
}

}  // namespace trainyard
