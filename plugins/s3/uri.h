// URIs of S3: "s3://bucket/key", and the percent-encoding that signatures are computed over.
#pragma once
#include <string>
#include <string_view>

namespace trainyard {

struct S3Name {
  std::string bucket;
  std::string key;  // any bytes, not escaped; can be empty
};

// Splits "s3://bucket/key" into bucket and key. The key is not decoded: "%20" are three characters. Throws
// Error{invalid} if the text is no such URL, or if the bucket's name has characters other than A-Z, a-z, 0-9,
// ".", "-" and "_".
S3Name parse_s3_url(const std::string& url);

// Writes every byte as %XX except A-Z, a-z, 0-9, "-", ".", "_" and "~", and "/" in `encode_path`.
std::string encode_component(std::string_view text);
std::string encode_path(std::string_view key);

// Decodes %XX and "+" (a space), as in listings with encoding-type=url.
std::string decode_component(std::string_view text);

}  // namespace trainyard
