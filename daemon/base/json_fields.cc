#include "daemon/base/json_fields.h"

#include <simdjson.h>

#include "daemon/base/error.h"

namespace trainyard {

struct JsonFields::State {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

JsonFields::JsonFields() : state_(std::make_unique<State>()) {}

JsonFields::~JsonFields() = default;

void JsonFields::read(std::string_view text, std::string_view source) {
  if (auto error = state_->parser.parse(text.data(), text.size()).get(state_->root))
    throw Error(ErrorKind::invalid, std::string(source) + ": " + simdjson::error_message(error));
}

std::string JsonFields::text(std::string_view pointer) const {
  std::string_view found;
  return state_->root.at_pointer(pointer).get(found) == simdjson::SUCCESS ? std::string(found)
                                                                          : std::string();
}

std::int64_t JsonFields::integer(std::string_view pointer) const {
  std::int64_t found = 0;
  return state_->root.at_pointer(pointer).get(found) == simdjson::SUCCESS ? found : 0;
}

}  // namespace trainyard
