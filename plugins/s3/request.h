// A request to an S3 store, and its answer.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/s3/signature.h"

namespace trainyard {

// Bytes of an open file that are sent as the body of a request. They are read with pread(2), so several
// requests can share the descriptor.
struct FilePart {
  int fd = -1;
  std::int64_t offset = 0;
  std::int64_t size_bytes = 0;
  std::string name;    // the file's path, for error messages
  std::string sha256;  // of these bytes; empty: not computed, the body is not signed
};

// A range of bytes of an object, as in the header Range.
struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t size_bytes = 0;  // at least 1
};

struct Answer {
  int status = 0;
  NamesAndValues headers;                           // names in lower case
  std::string body;                                 // empty if the request has a sink
  std::string header(std::string_view name) const;  // "" if there is none
};

struct Request {
  std::string method = "GET";
  std::string bucket;
  std::string key;
  NamesAndValues query;
  NamesAndValues headers;  // in addition to those that every request has
  std::string body;
  std::optional<FilePart> file;  // the body, in place of `body`

  // For GET of a range: the sink gets exactly the bytes of `range`, once and in order, even if connections
  // break. Every answer must have this etag.
  std::optional<ByteRange> range;
  std::string etag;
  std::function<void(std::string_view bytes)> sink;

  // Called with a successful answer. If it throws Error{unavailable}, because the body is not what the store
  // should have sent, the request is repeated.
  std::function<void(const Answer& answer)> check;
  std::function<void(const Answer& answer)> done;  // called once, after the request has succeeded
};

// Returns "s3://bucket/key", for messages.
std::string url_of(const Request& request);

}  // namespace trainyard
