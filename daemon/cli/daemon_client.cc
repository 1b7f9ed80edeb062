#include "daemon/cli/daemon_client.h"

#include <poll.h>

#include <chrono>

#include "daemon/base/munge.h"
#include "daemon/base/user.h"

namespace trainyard {
namespace {

constexpr int most_tries = 5;

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 404:
      return ErrorKind::not_found;
    case 401:
    case 403:
      return ErrorKind::denied;
    case 503:
      return ErrorKind::unavailable;
    default:
      return status >= 400 && status < 500 ? ErrorKind::invalid : ErrorKind::internal;
  }
}

std::vector<Problem> problems_from(const Json& body) {
  std::vector<Problem> problems;
  for (const Json& json : get_or<Json>(body, "problems", Json::array()))
    problems.push_back(
        {get_or<std::string>(json, "file", ""), static_cast<int>(get_or<std::int64_t>(json, "line", 0)),
         static_cast<int>(get_or<std::int64_t>(json, "column", 0)), get_or<std::string>(json, "object", ""),
         get_or<std::string>(json, "message", ""), get_or<std::string>(json, "hint", "")});
  return problems;
}

// Returns the body of the response; a discarded value if the body is not valid JSON.
Json json_of(const HttpResponse& response) {
  try {
    return parse_json(response.body, "the answer");
  } catch (const Error&) {
    return Json(Json::value_t::discarded);
  }
}

constexpr const char* look_there =
    "if it is trainyardd that listens there, its log says more: journalctl -u trainyardd";

// Throws the Error that is in the daemon's answer. If the answer is not an Error in trainyardd's JSON, throws
// an Error that says so: another program listens there, or trainyardd failed.
[[noreturn]] void throw_refusal(const HttpResponse& response, const std::string& request) {
  Json body = json_of(response);
  if (!body.is_object() || !body.contains("message"))
    throw Error(kind_of_status(response.status), request + ": HTTP " + std::to_string(response.status) +
                                                     ", and no answer of trainyardd's\n" + look_there);
  throw Error(kind_of_status(response.status), get<std::string>(body, "message"), problems_from(body));
}

Json accept(const HttpResponse& response, const std::string& request) {
  if (response.status < 200 || response.status > 299) throw_refusal(response, request);
  Json body = json_of(response);
  if (body.is_discarded())
    throw Error(ErrorKind::internal, request + ": the answer is not JSON\n" + look_there);
  return body;
}

// How long a munge credential is valid: long enough for hosts whose clocks differ a little, short enough to
// make a stolen credential useless.
constexpr std::chrono::seconds credential_lifetime{60};

// The user that trainyardd.service runs the daemon as.
constexpr const char* usual_daemon_user = "trainyard";

uid_t uid_of_daemon(const std::string& user) {
  try {
    return uid_of(user.empty() ? usual_daemon_user : user);
  } catch (const Error& e) {
    throw Error(e.kind(), std::string("TRAINYARD_DAEMON_USER, the user of the daemon: ") + e.what());
  }
}

HttpClient http_client(const DaemonAddress& address) {
  if (!address.host) return HttpClient(address.socket);
  uid_t daemon_uid = uid_of_daemon(address.daemon_user);
  return {*address.host, [munge = Munge(address.munge_socket), daemon_uid](const SignedRequest& request) {
            return std::string(authorization_scheme) +
                   munge.make(to_payload(request), credential_lifetime, daemon_uid);
          }};
}

// Calls `call`. If that throws ConnectionLost, adds the remedy to the error's message.
template <class Call>
Json with_remedy(const char* remedy, Call call) {
  try {
    return call();
  } catch (const ConnectionLost& e) {
    throw ConnectionLost(std::string(e.what()) + '\n' + remedy);
  }
}

void pause_before_try(int number) { ::poll(nullptr, 0, 200 << number); }

}  // namespace

DaemonClient::DaemonClient(const DaemonAddress& address) : http_(http_client(address)) {}

Json DaemonClient::get(const std::string& target) {
  return with_remedy("repeat the command", [&] { return accept(http_.get(target), "GET " + target); });
}

Json DaemonClient::post(const std::string& target, const Json& body) {
  return with_remedy("the daemon may have done what was asked: look before you repeat the command",
                     [&] { return accept(http_.post(target, body.dump()), "POST " + target); });
}

Json DaemonClient::post_repeatable(const std::string& target, const Json& body) {
  bool sent_before = false;
  for (int number = 1;; ++number) {
    try {
      return post(target, body);
    } catch (const ConnectionLost&) {
      sent_before = true;
      if (number == most_tries) throw;
    } catch (const Error& e) {
      // Nobody listens now, but an earlier try reached the daemon, so the daemon is being restarted: try
      // again.
      if (e.kind() != ErrorKind::unavailable || !sent_before || number == most_tries) throw;
    }
    pause_before_try(number);
  }
}

void DaemonClient::upload_code(const std::string& digest, const std::string& archive_path) {
  const std::string target = "/v1/code/" + digest;
  if (http_.head(target).status == 200) return;
  accept(http_.put_file(target, archive_path), "PUT " + target);
}

std::string run_target(std::int64_t id, const std::string& what) {
  return "/v1/runs/" + std::to_string(id) + (what.empty() ? "" : '/' + what);
}

}  // namespace trainyard
