// Tests that a munge credential is valid only for the request that it was made for. A fake stands for munge.
#include "daemon/api/munge_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/api/server.h"
#include "daemon/api/tcp_socket.h"
#include "daemon/api/unix_socket.h"
#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/signed_request.h"
#include "tests/unit/api/http_client.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;
using testing::HttpClient;
using testing::LoopThread;
using testing::Reply;
using testing::TemporaryFolder;

constexpr uid_t uid_of_ada = 1001;

// Opens "POST /v1/runs?x=1 hello" as the credential that munge made for ada's request with this method,
// target and body.
OpenedCredential open_in_a_test(const std::string& credential) {
  if (credential == "EXPIRED") throw Error(ErrorKind::denied, "it has expired");
  if (credential == "AWAY") throw Error(ErrorKind::unavailable, "munged does not answer");
  if (credential == "FOREIGN") return {uid_of_ada, 100, "of another service"};
  std::size_t first = credential.find(' '), second = credential.find(' ', first + 1);
  return {uid_of_ada, 100,
          to_payload({credential.substr(0, first), credential.substr(first + 1, second - first - 1),
                      sha256(credential.substr(second + 1))})};
}

// Answers with the caller, the path and the body of the request.
class Echo : public Exchange {
 public:
  Echo(Request head, int& finished) : head_(std::move(head)), finished_(finished) {}
  void add_body(std::string_view bytes) override { body_ += bytes; }
  void finish(Responder responder) override {
    ++finished_;
    responder.send(json_response({{"uid", head_.peer.uid},
                                  {"user", head_.identity.user.name},
                                  {"path", head_.path},
                                  {"body", body_}}));
  }

 private:
  Request head_;
  int& finished_;
  std::string body_;
};

class Network : public ::testing::Test {
 protected:
  void SetUp() override {
    thread_.on_loop([this] {
      workers_.emplace(thread_.loop(), 1);
      server_.emplace(thread_.loop(), listen_on_unix_socket(socket_),
                      identify_by_credential(*workers_, open_in_a_test, identify_), [this](Request head) {
                        std::string digest = head.body_sha256.value();
                        return only_with_body(digest, std::make_unique<Echo>(std::move(head), finished_));
                      });
    });
  }
  void TearDown() override {
    thread_.on_loop([this] {
      server_.reset();
      workers_.reset();
    });
  }

  Reply ask(const std::string& request, const std::string& authorization, const std::string& body = "") {
    HttpClient client(socket_);
    client.send_bytes(request + " HTTP/1.1\r\nHost: head\r\n" +
                      (authorization.empty() ? "" : "Authorization: " + authorization + "\r\n") +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive();
  }

  void expect_refused(const Reply& reply, const std::string& words) {
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.json()["kind"], "denied");
    EXPECT_THAT(reply.json()["message"].get<std::string>(), HasSubstr(words));
    EXPECT_EQ(finished_, 0);
  }

  TemporaryFolder folder_;
  std::string socket_ = folder_ / "socket";
  int finished_ = 0;
  // Knows the identity of ada only.
  Identify identify_ = [](Request head, const Identified& answer) {
    if (head.peer.uid == uid_of_ada) head.identity = {{uid_of_ada, 100, "ada", "/home/ada"}, {}};
    answer.known(std::move(head));
  };
  LoopThread thread_;
  std::optional<Workers> workers_;
  std::optional<Server> server_;
};

TEST_F(Network, ServesWhomTheCredentialNames) {
  Reply reply = ask("GET /v1/status", "MUNGE GET /v1/status ");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["uid"], uid_of_ada);
  EXPECT_EQ(reply.json()["user"], "ada");
  Reply post = ask("POST /v1/runs?x=%20a", "MUNGE POST /v1/runs?x=%20a hello", "hello");
  EXPECT_EQ(post.json()["body"], "hello");
}

TEST_F(Network, TakesALargeBodyPieceByPieceAfterTheCredential) {
  std::string large(5 << 20, 'x');
  EXPECT_EQ(ask("PUT /v1/code/1", "MUNGE PUT /v1/code/1 " + std::string(1000, 'y'), large).status, 401);
  HttpClient client(socket_);
  client.send_bytes(
      "PUT /v1/code/1 HTTP/1.1\r\nHost: head\r\nAuthorization: MUNGE PUT /v1/code/1 xyz\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  client.send_bytes("1\r\nx\r\n");
  client.send_bytes("2\r\nyz\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().json()["body"], "xyz");
}

TEST_F(Network, RefusesWhoSendsNone) {
  expect_refused(ask("GET /v1/status", ""), "no munge credential came with the request");
  Reply basic = ask("GET /v1/status", "Basic cm9vdDo=");
  expect_refused(basic, "use it, or the daemon's socket on the head node");
  EXPECT_EQ(basic.headers["WWW-Authenticate"], "MUNGE");
}

TEST_F(Network, RefusesACredentialOfAnotherRequest) {
  expect_refused(ask("POST /v1/runs/1/cancel", "MUNGE GET /v1/runs/1/cancel "), "made for another request");
  expect_refused(ask("POST /v1/runs/2/cancel", "MUNGE POST /v1/runs/1/cancel "), "POST /v1/runs/1/cancel");
  expect_refused(ask("GET /v1/runs?user=eve", "MUNGE GET /v1/runs?user=ada "), "made for another request");
  expect_refused(ask("GET /v1/status", "MUNGE FOREIGN"), "not made for a request to trainyardd");
}

TEST_F(Network, RefusesACredentialOfAnotherBodyBeforeAnythingComesOfIt) {
  expect_refused(ask("POST /v1/runs", "MUNGE POST /v1/runs hello", "hellp"), "another body");
  expect_refused(ask("POST /v1/runs", "MUNGE POST /v1/runs hello"), "another body");
  expect_refused(ask("POST /v1/runs", "MUNGE POST /v1/runs ", "more"), "another body");
}

TEST_F(Network, SaysWhatMungeSaysOfABadCredential) {
  expect_refused(ask("GET /v1/status", "MUNGE EXPIRED"), "it has expired");
}

TEST_F(Network, IsUnavailableWhileMungedIsAway) {
  Reply reply = ask("GET /v1/status", "MUNGE AWAY");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.json()["kind"], "unavailable");
}

TEST_F(Network, GoesOnWhenAClientDoesNotWaitForItsIdentity) {
  for (int i = 0; i < 20; ++i) {
    HttpClient client(socket_);
    client.send("GET", "/v1/status");
    client.hang_up();
    HttpClient another(socket_);
    another.send_bytes("GET /v1/status HTTP/1.1\r\nAuthor");
  }
  EXPECT_EQ(ask("GET /v1/status", "MUNGE GET /v1/status ").status, 200);
}

TEST(TcpSocket, IsRefusedNamingTheSetting) {
  UniqueFd first = listen_on_tcp({"127.0.0.1", 26822});
  try {
    listen_on_tcp({"127.0.0.1", 26822});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::unavailable);
    EXPECT_THAT(e.what(), HasSubstr("[network] listen = \"127.0.0.1:26822\": Address already in use"));
  }
  try {
    listen_on_tcp({"192.0.2.1", 26822});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace trainyard
