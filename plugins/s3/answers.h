// Parses the XML in answers of an S3 store, and writes the XML of requests. Pure functions. The functions
// that parse throw Error{unavailable} if the text is not the XML that they expect, because a proxy or a
// broken connection can be the cause, and the same request might succeed later.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"

namespace trainyard {

struct ListedObject {
  std::string key;
  std::int64_t size_bytes = 0;
  std::string etag;  // without quotes
  UtcSeconds modified_at{};
};

// A page of ListObjectsV2.
struct ListPage {
  std::vector<ListedObject> objects;
  std::string next_token;  // empty: this is the last page
};
ListPage read_list_page(std::string_view xml);

// The <Error> of an answer.
struct StoreProblem {
  std::string code;  // "NoSuchKey"; empty: unknown
  std::string message;
  std::string request_id;
  std::string region;  // the region that the store expects, if it says so
};
// Returns the <Error> in the body of an answer; with an empty code if the body has none.
StoreProblem read_problem(std::string_view body);

// Returns <UploadId> of CreateMultipartUpload.
std::string read_upload_id(std::string_view xml);

// A page of ListMultipartUploads: uploads that are neither complete nor aborted.
struct UploadPage {
  struct Upload {
    std::string key;
    std::string id;
    UtcSeconds begun_at{};
  };
  std::vector<Upload> uploads;
  bool is_last = true;
  std::string next_key, next_id;  // the markers of the next page
};
UploadPage read_upload_page(std::string_view xml);

// A page of ListParts: the parts of an upload that have arrived.
struct PartPage {
  struct Part {
    int number = 0;  // from 1
    std::int64_t size_bytes = 0;
    std::string etag;  // without quotes
  };
  std::vector<Part> parts;
  bool is_last = true;
  std::string next_marker;
};
PartPage read_part_page(std::string_view xml);

// Returns the body of the request CompleteMultipartUpload for parts with the numbers 1, 2, …
std::string complete_upload_text(const std::vector<std::string>& etags);

// Returns the time of a listing ("2026-11-23T09:30:00.000Z") or of a header Last-Modified ("Mon, 23 Nov 2026
// 09:30:00 GMT"); 1970 for any other text.
UtcSeconds read_store_time(const std::string& text);

// Removes the quotes around an etag.
std::string unquoted(std::string_view etag);

}  // namespace trainyard
