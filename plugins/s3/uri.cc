#include "plugins/s3/uri.h"

#include <algorithm>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_unreserved(char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

std::string encode(std::string_view text, bool keep_slashes) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c) || (keep_slashes && c == '/'))
      encoded += c;
    else
      encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return encoded;
}

int value_of_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_bucket(const std::string& name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; });
}

}  // namespace

S3Name parse_s3_url(const std::string& url) {
  constexpr std::string_view scheme = "s3://";
  if (!url.starts_with(scheme))
    throw Error(ErrorKind::invalid, url + ": not an s3:// URL; write s3://bucket/key");
  const std::size_t slash = url.find('/', scheme.size());
  S3Name name{url.substr(scheme.size(), slash - scheme.size()),
              slash == std::string::npos ? "" : url.substr(slash + 1)};
  if (!is_bucket(name.bucket))
    throw Error(ErrorKind::invalid, url + ": \"" + name.bucket + "\" is no name of a bucket");
  return name;
}

std::string encode_component(std::string_view text) { return encode(text, false); }
std::string encode_path(std::string_view key) { return encode(key, true); }

std::string decode_component(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? value_of_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : value_of_digit(text[i + 2]);
    if (low < 0) {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace trainyard
