#include "plugins/s3/multipart.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "plugins/s3/listing.h"

namespace trainyard {
namespace {

using Upload = UploadPage::Upload;

// Returns all uploads of keys that begin with `prefix`; none if these keys of the user may not list uploads,
// or if the store knows no such request.
std::vector<Upload> find_uploads(S3Client& client, const std::string& bucket, const std::string& prefix) {
  std::vector<Upload> uploads;
  UploadPage page;
  try {
    do {
      Request request;
      request.bucket = bucket;
      // Without encoding-type: Ceph then encodes the keys, but does not say so in its answer.
      request.query = {{"uploads", ""}, {"prefix", prefix}};
      if (!page.next_key.empty()) request.query.emplace_back("key-marker", page.next_key);
      if (!page.next_id.empty()) request.query.emplace_back("upload-id-marker", page.next_id);
      page = {};
      request.check = [&page](const Answer& answer) { page = read_upload_page(answer.body); };
      client.perform(std::move(request));
      for (Upload& upload : page.uploads)
        if (upload.key.starts_with(prefix)) uploads.push_back(std::move(upload));
    } while (!page.is_last);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
  }
  return uploads;
}

void abort_upload(S3Client& client, const std::string& bucket, const Upload& upload) noexcept {
  try {
    Request request;
    request.method = "DELETE";
    request.bucket = bucket;
    request.key = upload.key;
    request.query = {{"uploadId", upload.id}};
    client.perform(std::move(request));
  } catch (const std::exception& e) {
    log_warning("the store keeps parts of s3://{}/{}: {}", bucket, upload.key, e.what());
  }
}

}  // namespace

MultipartUpload::MultipartUpload(S3Client& client, std::string bucket, std::string key)
    : client_(client), bucket_(std::move(bucket)), key_(std::move(key)) {
  find_or_begin();
}

void MultipartUpload::find_or_begin() {
  std::vector<Upload> uploads = find_uploads(client_, bucket_, key_);
  std::erase_if(uploads, [this](const Upload& upload) { return upload.key != key_; });
  std::ranges::sort(uploads, {}, &Upload::begun_at);
  bool is_found = false;
  while (!is_found && !uploads.empty()) {
    id_ = uploads.back().id;
    uploads.pop_back();
    is_found = find_parts();
  }
  if (!is_found) {
    Request request = request_for("POST");
    request.query = {{"uploads", ""}};
    request.check = [this](const Answer& answer) { id_ = read_upload_id(answer.body); };
    client_.perform(std::move(request));
  }
  for (const Upload& older : uploads) abort_upload(client_, bucket_, older);
}

// Returns false if the store has listed the upload, but has it no longer.
bool MultipartUpload::find_parts() {
  there_.clear();
  PartPage page;
  do {
    Request request = request_for("GET");
    request.query = {{"uploadId", id_}};
    if (!page.next_marker.empty()) request.query.emplace_back("part-number-marker", page.next_marker);
    page = {};
    request.check = [&page](const Answer& answer) { page = read_part_page(answer.body); };
    try {
      client_.perform(std::move(request));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
      return false;
    }
    for (PartPage::Part& part : page.parts)
      there_[static_cast<std::size_t>(part.number - 1)] = std::move(part);
  } while (!page.is_last);
  return true;
}

std::set<std::size_t> MultipartUpload::parts_there(const std::vector<FilePart>& parts) const {
  std::set<std::size_t> indices;
  for (const auto& [index, part] : there_)
    if (index < parts.size() && part.size_bytes == parts[index].size_bytes) indices.insert(index);
  return indices;
}

void MultipartUpload::send(const std::vector<FilePart>& parts, PartDigests& digests,
                           const BytesStored& stored) {
  etags_.resize(parts.size());
  std::size_t next = 0;
  client_.perform_all([&]() -> std::optional<Request> {
    while (next < parts.size()) {
      const std::size_t index = next++;
      const PartDigests::Digest digest = digests.of_part(index);
      const auto there = there_.find(index);
      if (digest.md5.empty() || there == there_.end() || there->second.etag != digest.md5)
        return request_for_part(parts[index], index, digest.sha256, stored);
      etags_[index] = digest.md5;
      if (stored) stored(parts[index].size_bytes);
    }
    return std::nullopt;
  });
}

void MultipartUpload::complete(std::int64_t size_bytes) {
  Request request = request_for("POST");
  request.query = {{"uploadId", id_}};
  request.body = complete_upload_text(etags_);
  try {
    client_.perform(std::move(request));
  } catch (const Error&) {
    // If the answer to this request was lost, the repeated request fails (NoSuchUpload), although the object
    // is complete.
    if (!has_become_object(size_bytes)) throw;
  }
}

bool MultipartUpload::has_become_object(std::int64_t size_bytes) {
  const std::optional<Object> object = find_object(client_, bucket_, key_);
  const std::string etag = etag_of_parts(etags_);
  return object && object->size_bytes == size_bytes && !etag.empty() && object->etag == etag;
}

void MultipartUpload::abort() noexcept { abort_upload(client_, bucket_, {key_, id_, {}}); }

Request MultipartUpload::request_for(const char* method) const {
  Request request;
  request.method = method;
  request.bucket = bucket_;
  request.key = key_;
  return request;
}

Request MultipartUpload::request_for_part(FilePart part, std::size_t index, const std::string& sha256,
                                          const BytesStored& stored) {
  Request request = request_for("PUT");
  request.query = {{"partNumber", std::to_string(index + 1)}, {"uploadId", id_}};
  request.done = [this, index, size = part.size_bytes, &stored](const Answer& answer) {
    etags_[index] = unquoted(answer.header("etag"));
    if (stored) stored(size);
  };
  part.sha256 = sha256;
  request.file = std::move(part);
  return request;
}

void abort_uploads(S3Client& client, const std::string& bucket, const std::string& prefix) {
  for (const Upload& upload : find_uploads(client, bucket, prefix)) abort_upload(client, bucket, upload);
}

}  // namespace trainyard
