// Tests with clients that keep connections open without need, or are slow, and how that affects other
// clients.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/api/server.h"
#include "daemon/api/tcp_socket.h"
#include "daemon/api/unix_socket.h"
#include "tests/unit/api/callers.h"
#include "tests/unit/api/http_client.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using testing::by_the_kernel;
using testing::HttpClient;
using testing::LoopThread;
using testing::TemporaryFolder;

// Answers at once; /later when the test says so, /large with more bytes than the buffer of a socket holds.
class Answers : public Exchange {
 public:
  Answers(std::string path, std::vector<Responder>& later) : path_(std::move(path)), later_(later) {}
  void add_body(std::string_view) override {}
  void finish(Responder responder) override {
    if (path_ == "/later") return later_.push_back(std::move(responder));
    if (path_ == "/large") return responder.send(large_response());
    responder.send(json_response({{"text", ""}}));
  }

 private:
  // Plain text, because under the sanitizers 32 MB of JSON take seconds.
  static Response large_response() {
    Response response;
    response.content_type = "text/plain";
    response.body.assign(32 << 20, 'x');
    return response;
  }

  std::string path_;
  std::vector<Responder>& later_;
};

class ACrowd : public ::testing::Test {
 protected:
  ~ACrowd() override {
    thread_.on_loop([this] {
      later_.clear();
      server_.reset();
    });
  }

  void serve(UniqueFd listening, const ServerSettings& settings) {
    thread_.on_loop([&] {
      server_.emplace(
          thread_.loop(), std::move(listening), by_the_kernel,
          [this](const Request& head) { return std::make_unique<Answers>(head.path, later_); }, settings);
    });
  }
  void serve(const ServerSettings& settings) { serve(listen_on_unix_socket(socket_), settings); }

  // Waits until `count` requests for /later have reached the server.
  void await_later(std::size_t count) {
    std::size_t arrived = 0;
    while (arrived < count) thread_.on_loop([&] { arrived = later_.size(); });
  }

  TemporaryFolder folder_;
  std::string socket_ = folder_ / "socket";
  std::vector<Responder> later_;
  LoopThread thread_;
  std::optional<Server> server_;
};

// A crowd on the network, where each host is a party. On this machine each address 127.x.y.z is a host.
class ACrowdOfOneHost : public ACrowd {
 protected:
  void SetUp() override {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    UniqueFd listening = listen_on_tcp({"127.0.0.1", 0});
    socklen_t size = sizeof address_;
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address_), &size);
    serve(std::move(listening), {});
  }

  UniqueFd connect_from(const char* host) const {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, host, &own.sin_addr);
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_), 0);
    return fd;
  }

  static std::chrono::milliseconds time_of_a_call(HttpClient client) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(client.call("GET", "/").status, 200);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  }

  sockaddr_in address_{};
};

TEST_F(ACrowdOfOneHost, OfAThousandIdleAndSlowConnectionsKeepsNobodyOut) {
  std::vector<HttpClient> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.emplace_back(connect_from("127.0.0.2"));
    if (i % 2 == 0) crowd.back().send_bytes("GET / HTT");
  }
  EXPECT_LT(time_of_a_call(HttpClient(connect_from("127.0.0.3"))), 5s);
  EXPECT_LT(time_of_a_call(HttpClient(connect_from("127.0.0.1"))), 5s);
}

TEST_F(ACrowdOfOneHost, GivesPlaceToAConnectionOfItsOwnThatHasSomethingToSay) {
  std::vector<HttpClient> crowd;
  for (int i = 0; i < 150; ++i) crowd.emplace_back(connect_from("127.0.0.2"));
  EXPECT_LT(time_of_a_call(HttpClient(connect_from("127.0.0.2"))), 5s);
}

TEST_F(ACrowd, MayAskAtATimeAndWaitsForItsPlaces) {
  ServerSettings settings;
  settings.places.per_party = 2;
  serve(settings);
  HttpClient first(socket_), second(socket_), third(socket_);
  first.send("GET", "/later"), second.send("GET", "/later"), third.send("GET", "/");
  await_later(2);
  thread_.on_loop([this] { later_[0].send(json_response({{"answer", 1}})); });
  EXPECT_EQ(first.receive().status, 200);
  first.hang_up();
  EXPECT_EQ(third.receive().status, 200);
}

TEST_F(ACrowd, BeyondAllPlacesIsToldToComeBack) {
  ServerSettings settings;
  settings.places.per_party = 1;
  settings.max_waiting = 0;
  serve(settings);
  HttpClient first(socket_);
  first.send("GET", "/later");
  await_later(1);
  testing::Reply reply = HttpClient(socket_).receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.json()["kind"], "unavailable");
}

TEST_F(ACrowd, OfStrangersIsOnePartyAndThePrivilegedHavePlacesBesides) {
  std::atomic<Standing> standing = Standing::stranger;
  ServerSettings settings;
  settings.places = {.total = 2, .per_party = 1, .reserved = 1};
  settings.max_waiting = 0;
  settings.standing = [&](uid_t) { return standing.load(); };
  serve(settings);
  HttpClient stranger(socket_);
  stranger.send("GET", "/later");
  await_later(1);
  EXPECT_EQ(HttpClient(socket_).receive().status, 503);
  standing = Standing::known;
  HttpClient user(socket_);
  user.send("GET", "/later");
  await_later(2);
  EXPECT_EQ(HttpClient(socket_).receive().status, 503);
  standing = Standing::privileged;
  EXPECT_EQ(HttpClient(socket_).call("GET", "/").status, 200);
}

// Sends a byte every 20 ms until the server closes the connection. Returns true if that happens within five
// seconds.
bool is_cut_while_it_dribbles(HttpClient& client) {
  for (int i = 0; i < 250; ++i) {
    if (client.is_hung_up_on(20ms)) return true;
    client.send_bytes("x");
  }
  return false;
}

ServerSettings in_a_hurry() {
  ServerSettings settings;
  settings.head_time = settings.transfer_time = 300ms;
  settings.least_bytes_per_second = 1 << 20;
  return settings;
}

TEST_F(ACrowd, ThatSendsItsHeadsByteByByteIsCut) {
  serve(in_a_hurry());
  HttpClient client(socket_);
  client.send_bytes("GET / HTTP/1.1\r\nX: ");
  EXPECT_TRUE(is_cut_while_it_dribbles(client));
}

TEST_F(ACrowd, ThatSendsASecondHeadByteByByteIsCut) {
  serve(in_a_hurry());
  HttpClient client(socket_);
  EXPECT_EQ(client.call("GET", "/").status, 200);
  client.send_bytes("GET / HTTP/1.1\r\nX: ");
  EXPECT_TRUE(is_cut_while_it_dribbles(client));
}

TEST_F(ACrowd, ThatSendsItsBodiesByteByByteIsCut) {
  serve(in_a_hurry());
  HttpClient client(socket_);
  client.send_bytes("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_TRUE(is_cut_while_it_dribbles(client));
}

TEST_F(ACrowd, ThatSendsALargeBodyFastEnoughIsServed) {
  serve(in_a_hurry());
  HttpClient client(socket_);
  client.send_bytes("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4000000\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    client.send_bytes(std::string(100'000, 'x'));
    std::this_thread::sleep_for(15ms);  // 600 ms in all: more than transfer_time, at a sufficient rate
  }
  EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ACrowd, ThatDoesNotReadItsAnswersIsCut) {
  ServerSettings settings = in_a_hurry();
  settings.least_bytes_per_second = std::int64_t{1} << 30;
  serve(settings);
  HttpClient client(socket_);
  client.send("GET", "/large");
  EXPECT_TRUE(client.is_hung_up_on(5s));
}

TEST_F(ACrowd, ThatWaitsForTheDaemonIsNeverCut) {
  serve(in_a_hurry());
  HttpClient client(socket_);
  client.send("GET", "/later");
  await_later(1);
  EXPECT_FALSE(client.is_hung_up_on(1s));
  thread_.on_loop([this] { later_[0].send(json_response({{"answer", 1}})); });
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace trainyard
