#include "daemon/api/exchange.h"

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::denied:
    case ErrorKind::no_credentials:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

Json to_wire(const Problem& problem) {
  return {{"file", problem.file},     {"line", problem.line},       {"column", problem.column},
          {"object", problem.object}, {"message", problem.message}, {"hint", problem.hint}};
}

Response to_response(const Error& error) {
  Json problems = Json::array();
  for (const Problem& problem : error.problems()) problems.push_back(to_wire(problem));
  return json_response({{"kind", to_string(error.kind())}, {"message", error.what()}, {"problems", problems}},
                       status_of(error.kind()));
}

}  // namespace

Response json_response(const Json& body, int status) {
  Response response;
  response.status = status;
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  return response;
}

Response error_response(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const NotIdentified& e) {
    Response response = to_response(e);
    response.status = 401;
    response.headers.emplace_back("WWW-Authenticate", "MUNGE");
    return response;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) log_error("event=request_failed message=\"{}\"", e.what());
    return to_response(e);
  } catch (const std::exception& e) {
    log_error("event=request_failed message=\"{}\"", e.what());
    return to_response(Error(ErrorKind::internal, "the daemon failed on this request; its log says more"));
  }
}

struct Responder::Answer {
  std::function<void(Response)> deliver;  // empty once answered

  explicit Answer(std::function<void(Response)> to) : deliver(std::move(to)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    if (deliver)
      send(error_response(
          std::make_exception_ptr(Error(ErrorKind::internal, "the daemon gave this request no answer"))));
  }

  void send(Response response) {
    if (auto once = std::exchange(deliver, nullptr)) once(std::move(response));
  }
};

Responder::Responder(std::function<void(Response)> deliver)
    : answer_(std::make_shared<Answer>(std::move(deliver))) {}

void Responder::send(Response response) const { answer_->send(std::move(response)); }

}  // namespace trainyard
