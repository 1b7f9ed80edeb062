#include "daemon/deputy/serve.h"

#include <exception>

#include "daemon/base/error.h"
#include "daemon/deputy/wire.h"

namespace trainyard {
namespace {

Json error_of(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& e) {
    return wire::to_json(e);
  } catch (const std::exception& e) {
    return wire::to_json(Error(ErrorKind::internal, e.what()));
  }
}

// Returns JSON as UTF-8 text. Replaces bytes that are not UTF-8, because a user's paths can have any bytes.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

void serve_deputy(int socket, const Verbs& verbs) {
  while (std::optional<Frame> request = receive_frame(socket)) {
    Frame answer;
    try {
      answer = verbs(std::move(*request));
      encode(answer);  // throws if the answer is too large
    } catch (...) {
      answer = {};
      answer.json = text_of({{"error", error_of(std::current_exception())}});
    }
    send_frame(socket, answer);
  }
}

}  // namespace trainyard
