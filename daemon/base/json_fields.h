// JsonFields: reads a few fields of a JSON text with simdjson, many times faster than Json, for callers that
// read a hundred thousand texts and need few fields of each. Each object is for one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

class JsonFields {
 public:
  JsonFields();
  ~JsonFields();

  // Parses `text`; the fields of the text parsed before are gone. Throws Error{invalid}, which names
  // `source`, if `text` is not JSON.
  void read(std::string_view text, std::string_view source);

  // Return the field at a JSON Pointer (RFC 6901), such as "/owner/name".
  std::string text(std::string_view pointer) const;      // empty if it is missing or not a string
  std::int64_t integer(std::string_view pointer) const;  // 0 if it is missing or not an integer

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
