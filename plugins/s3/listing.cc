#include "plugins/s3/listing.h"

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/s3/answers.h"

namespace trainyard {
namespace {

ListPage load_page(S3Client& client, const std::string& bucket, const std::string& prefix,
                   const std::string& token) {
  Request request;
  request.bucket = bucket;
  // Keys can have control characters, which XML cannot; with encoding-type they are percent-encoded.
  request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
  if (!token.empty()) request.query.emplace_back("continuation-token", token);
  ListPage page;
  request.check = [&page](const Answer& answer) { page = read_list_page(answer.body); };
  client.perform(std::move(request));
  return page;
}

bool is_folder_marker(const ListedObject& object) {
  return object.key.ends_with('/') && object.size_bytes == 0;
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('/') + 1); }

}  // namespace

std::int64_t list_prefix(S3Client& client, const std::string& bucket, const std::string& prefix,
                         const std::function<void(Object)>& each) {
  std::int64_t count = 0;
  std::string token;
  do {
    ListPage page = load_page(client, bucket, prefix, token);
    for (ListedObject& listed : page.objects) {
      if (is_folder_marker(listed) || !listed.key.starts_with(prefix)) continue;
      Object object;
      object.url = "s3://" + bucket + '/' + listed.key;
      object.key = listed.key.substr(prefix.size());
      object.size_bytes = listed.size_bytes;
      object.etag = std::move(listed.etag);
      object.modified_at = listed.modified_at;
      each(std::move(object));
      ++count;
    }
    if (!page.next_token.empty() && page.next_token == token)
      throw Error(ErrorKind::unavailable,
                  "s3://" + bucket + '/' + prefix + ": the store lists the same page again");
    token = std::move(page.next_token);
  } while (!token.empty());
  return count;
}

std::optional<Object> find_object(S3Client& client, const std::string& bucket, const std::string& key) {
  Request request;
  request.method = "HEAD";
  request.bucket = bucket;
  request.key = key;
  try {
    Object object;
    object.url = "s3://" + bucket + '/' + key;
    object.key = last_part(key);
    request.check = [&object](const Answer& answer) {
      const auto size = whole_number<std::int64_t>(answer.header("content-length"), 0);
      if (!size) throw Error(ErrorKind::unavailable, "the store does not say how large the object is");
      object.size_bytes = *size;
      object.etag = unquoted(answer.header("etag"));
      object.sha256 = answer.header(sha256_header);
      object.modified_at = read_store_time(answer.header("last-modified"));
    };
    client.perform(std::move(request));
    return object;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace trainyard
