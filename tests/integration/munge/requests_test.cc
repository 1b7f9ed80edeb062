// Tests of requests over TCP from the command line's client to the daemon's server; a real munged signs them
// and opens their credentials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "daemon/api/munge_credentials.h"
#include "daemon/api/server.h"
#include "daemon/api/tcp_socket.h"
#include "daemon/base/http.h"
#include "tests/integration/munge/munged.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::LoopThread;
using testing::Munged;
using testing::TemporaryFolder;

// Answers with the caller's uid, the request's target and the size of its body.
class Echo : public Exchange {
 public:
  explicit Echo(Request head) : head_(std::move(head)) {}
  void add_body(std::string_view bytes) override { size_ += bytes.size(); }
  void finish(Responder responder) override {
    responder.send(json_response({{"uid", head_.peer.uid}, {"target", head_.target}, {"size", size_}}));
  }

 private:
  Request head_;
  std::size_t size_ = 0;
};

class SignedRequests : public ::testing::Test {
 protected:
  void SetUp() override {
    thread_.on_loop([this] {
      workers_.emplace(thread_.loop(), 2);
      server_.emplace(thread_.loop(), listen_on_tcp(address_),
                      identify_by_credential(
                          *workers_, [this](const std::string& c) { return munged_.munge().open(c); },
                          [](Request head, const Identified& answer) { answer.known(std::move(head)); }),
                      [](Request head) {
                        std::string digest = head.body_sha256.value();
                        return only_with_body(digest, std::make_unique<Echo>(std::move(head)));
                      });
    });
  }
  void TearDown() override {
    thread_.on_loop([this] {
      server_.reset();
      workers_.reset();
    });
  }

  std::string sign(const SignedRequest& request) const {
    return std::string(authorization_scheme) + munged_.munge().make(to_payload(request), 60s, ::geteuid());
  }
  HttpClient client() {
    return {address_, [this](const SignedRequest& request) { return sign(request); }};
  }

  const HostPort address_{"127.0.0.1", 26823};
  Munged munged_;
  LoopThread thread_;
  std::optional<Workers> workers_;
  std::optional<Server> server_;
};

TEST_F(SignedRequests, AreServedWhateverTheyCarry) {
  HttpClient http = client();
  Json got = parse_json(http.get("/v1/runs?name=a%20b&state=live").body, "got");
  EXPECT_EQ(got, Json({{"uid", ::geteuid()}, {"target", "/v1/runs?name=a%20b&state=live"}, {"size", 0}}));
  EXPECT_EQ(http.head("/v1/code/1").status, 200);
  EXPECT_EQ(parse_json(http.post("/v1/runs", std::string(900'000, 'x')).body, "posted")["size"], 900'000);
}

TEST_F(SignedRequests, BringLargeFiles) {
  TemporaryFolder folder;
  write_atomically(folder / "code.tar", std::string(20 << 20, 'x'));
  HttpResponse put = client().put_file("/v1/code/1", folder / "code.tar");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(parse_json(put.body, "put")["size"], 20 << 20);
}

TEST_F(SignedRequests, AreRefusedTheSecondTime) {
  std::string kept =
      sign({"GET", "/v1/status", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"});
  HttpClient replaying(address_, [&](const SignedRequest&) { return kept; });
  EXPECT_EQ(replaying.get("/v1/status").status, 200);
  HttpResponse again = replaying.get("/v1/status");
  EXPECT_EQ(again.status, 401);
  EXPECT_THAT(again.body, HasSubstr("it was used before"));
}

TEST_F(SignedRequests, MeanNoOtherRequest) {
  HttpClient thief(address_, [this](const SignedRequest&) { return sign({"GET", "/v1/runs/1", ""}); });
  HttpResponse response = thief.post("/v1/runs/1/cancel", "{}");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, HasSubstr("made for another request: GET /v1/runs/1"));
}

TEST_F(SignedRequests, WaitForTheDaemonsMunged) {
  std::string signed_before = sign({"GET", "/v1/status", ""});
  munged_.stop();
  HttpResponse response =
      HttpClient(address_, [&](const SignedRequest&) { return signed_before; }).get("/v1/status");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("munged does not answer on this host"));
}

}  // namespace
}  // namespace trainyard
