#include "daemon/handover/source_list.h"

#include <fstream>

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
  identity.store.credentials.clear();  // the same objects, whoever's keys are used
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

void read_source_list(const std::string& path, StageRequest& request) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorKind::not_found, path + ": the list of the data set's objects is not there");
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    Json object = parse_json(text, path + ":" + std::to_string(line));
    bool is_test = get<std::string>(object, part_key) == to_string(SourcePart::test);
    (is_test ? request.test_objects : request.objects).push_back(source_object_from_json(object));
  }
  if (file.bad()) throw Error(ErrorKind::unavailable, path + ": cannot be read to its end");
}

}  // namespace trainyard
