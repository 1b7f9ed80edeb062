#include "plugins/s3/file_parts.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

constexpr const char* hex_digits = "0123456789abcdef";

bool is_md5(std::string_view etag) {
  return etag.size() == 32 && etag.find_first_not_of(hex_digits) == std::string_view::npos;
}

std::string bytes_of_hex(std::string_view hex) {
  const auto value = [](char digit) { return static_cast<int>(std::string_view(hex_digits).find(digit)); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(16 * value(hex[i]) + value(hex[i + 1]));
  return bytes;
}

// Calls `add` for the bytes of the part, piece by piece.
template <class Add>
void read_part(const FilePart& part, const Add& add) {
  std::vector<char> buffer(1 << 20);
  for (std::int64_t at = 0; at < part.size_bytes;) {
    const auto wanted =
        static_cast<std::size_t>(std::min(part.size_bytes - at, static_cast<std::int64_t>(buffer.size())));
    const ssize_t got = ::pread(part.fd, buffer.data(), wanted, part.offset + at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read " + part.name);
    if (got == 0) throw Error(ErrorKind::unavailable, part.name + ": became shorter while it was stored");
    add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    at += got;
  }
}

std::string md5_of(const FilePart& part) {
  Md5 hash;
  read_part(part, [&](std::string_view bytes) { hash.add(bytes); });
  return hash.hex();
}

}  // namespace

std::vector<FilePart> parts_of(int fd, const std::string& path, std::int64_t size_bytes,
                               const UploadSizes& sizes) {
  const std::int64_t least = (size_bytes + sizes.most_parts - 1) / sizes.most_parts;
  const std::int64_t part_bytes = std::max<std::int64_t>({sizes.part_bytes, least, 1});
  std::vector<FilePart> parts;
  for (std::int64_t at = 0; at < size_bytes || parts.empty(); at += part_bytes)
    parts.push_back({fd, at, std::min(part_bytes, size_bytes - at), path, ""});
  return parts;
}

namespace {

PartDigests::Digest digest_of(const FilePart& part, bool with_md5) {
  Sha256 sha256;
  Md5 md5;
  read_part(part, [&](std::string_view bytes) {
    sha256.add(bytes);
    if (with_md5) md5.add(bytes);
  });
  return {sha256.hex(), with_md5 ? md5.hex() : ""};
}

}  // namespace

PartDigests::PartDigests(const std::vector<FilePart>& parts, std::set<std::size_t> with_md5)
    : parts_(parts), with_md5_(std::move(with_md5)), promises_(parts.size()) {
  for (std::promise<Digest>& promise : promises_) digests_.push_back(promise.get_future());
  thread_ = std::jthread([this](const std::stop_token& stop) { compute(stop); });
}

void PartDigests::compute(const std::stop_token& stop) {
  std::size_t index = 0;
  try {
    for (; index < parts_.size() && !stop.stop_requested(); ++index)
      promises_[index].set_value(digest_of(parts_[index], with_md5_.contains(index)));
  } catch (...) {
    for (; index < parts_.size(); ++index) promises_[index].set_exception(std::current_exception());
  }
}

std::string etag_of_parts(const std::vector<std::string>& etags) {
  Md5 hash;
  for (const std::string& etag : etags) {
    if (!is_md5(etag)) return "";
    hash.add(bytes_of_hex(etag));
  }
  return hash.hex() + '-' + std::to_string(etags.size());
}

bool has_etag(int fd, const std::string& path, std::int64_t size_bytes, const std::string& etag,
              const UploadSizes& sizes) {
  if (is_md5(etag)) return md5_of({fd, 0, size_bytes, path, ""}) == etag;
  const std::vector<FilePart> parts = parts_of(fd, path, size_bytes, sizes);
  if (!etag.ends_with('-' + std::to_string(parts.size()))) return false;
  std::vector<std::string> etags;
  for (const FilePart& part : parts) etags.push_back(md5_of(part));
  return etag_of_parts(etags) == etag;
}

}  // namespace trainyard
