#include "daemon/api/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <latch>

#include "daemon/api/unix_socket.h"
#include "daemon/base/error.h"
#include "tests/unit/api/callers.h"
#include "tests/unit/api/http_client.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using testing::by_the_kernel;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::LoopThread;
using testing::Reply;
using testing::TemporaryFolder;

constexpr std::size_t most_body_bytes = 1000;

// Answers depending on the path; /later when the test says so.
class Toy : public Exchange {
 public:
  struct Shared {
    std::vector<Responder> later;
    std::promise<void> asked_later;
    std::latch has_body{1}, gone{1};
  };
  Toy(Request head, Shared& shared) : head_(std::move(head)), shared_(shared) {
    if (head_.path == "/nothing") throw Error(ErrorKind::not_found, "nothing is here");
    if (head_.announced_length.value_or(0) > static_cast<std::int64_t>(most_body_bytes)) throw too_large();
  }
  ~Toy() override {
    if (head_.path == "/hangs_up") shared_.gone.count_down();
  }

  void add_body(std::string_view bytes) override {
    body_ += bytes;
    if (head_.path == "/hangs_up") shared_.has_body.count_down();
    if (body_.size() > most_body_bytes) throw too_large();
  }

  void finish(Responder responder) override {
    if (head_.path == "/throws") throw std::runtime_error("a secret");
    if (head_.path == "/forgets") return;
    if (head_.path == "/twice") responder.send(json_response({{"answer", 1}}));
    if (head_.path == "/later") {
      shared_.later.push_back(std::move(responder));
      if (shared_.later.size() == 1) shared_.asked_later.set_value();
      return;
    }
    responder.send(json_response({{"method", head_.method},
                                  {"path", head_.path},
                                  {"query", head_.query},
                                  {"body", body_},
                                  {"uid", head_.peer.uid},
                                  {"gid", head_.peer.gid}}));
  }

 private:
  static Error too_large() { return {ErrorKind::invalid, "too large"}; }

  Request head_;
  Shared& shared_;
  std::string body_;
};

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    thread_.on_loop([this] {
      server_.emplace(thread_.loop(), listen_on_unix_socket(socket_), by_the_kernel,
                      [this](Request head) { return std::make_unique<Toy>(std::move(head), shared_); });
    });
  }
  void TearDown() override {
    thread_.on_loop([this] { server_.reset(); });
  }

  TemporaryFolder folder_;
  std::string socket_ = folder_ / "socket";
  Toy::Shared shared_;
  LoopThread thread_;
  std::optional<Server> server_;
};

TEST_F(ServerTest, HandsOverMethodPathQueryBodyAndWhoAsks) {
  Reply reply = HttpClient(socket_).call("POST", "/a%20b/c?x=1&y=%26z&empty", "hello");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers["Content-Type"], "application/json");
  EXPECT_EQ(reply.json(), Json({{"method", "POST"},
                                {"path", "/a b/c"},
                                {"query", {{"x", "1"}, {"y", "&z"}, {"empty", ""}}},
                                {"body", "hello"},
                                {"uid", ::getuid()},
                                {"gid", ::getgid()}}));
}

TEST_F(ServerTest, AnswersSeveralRequestsOnOneConnection) {
  HttpClient client(socket_);
  EXPECT_EQ(client.call("GET", "/first").json()["path"], "/first");
  EXPECT_EQ(client.call("POST", "/second", "x").json()["path"], "/second");
  EXPECT_EQ(client.call("GET", "/nothing").status, 404);
  EXPECT_EQ(client.call("GET", "/third").json()["path"], "/third");
}

TEST_F(ServerTest, AnswersRequestsThatWereSentWithoutWaiting) {
  HttpClient client(socket_);
  client.send("GET", "/first");
  client.send("GET", "/second");
  EXPECT_EQ(client.receive().json()["path"], "/first");
  EXPECT_EQ(client.receive().json()["path"], "/second");
}

TEST_F(ServerTest, TurnsAnErrorIntoItsStatus) {
  Reply reply = HttpClient(socket_).call("GET", "/nothing");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.json(),
            Json({{"kind", "not_found"}, {"message", "nothing is here"}, {"problems", Json::array()}}));
}

TEST_F(ServerTest, KeepsTheWordsOfAnUnexpectedFaultInTheLog) {
  Reply reply = HttpClient(socket_).call("GET", "/throws");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.json()["kind"], "internal");
  EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
}

TEST_F(ServerTest, AnswersForAHandlerThatForgotTo) {
  EXPECT_EQ(HttpClient(socket_).call("GET", "/forgets").status, 500);
}

TEST_F(ServerTest, SendsTheFirstOfTwoAnswers) {
  EXPECT_EQ(HttpClient(socket_).call("GET", "/twice").json(), Json({{"answer", 1}}));
}

TEST_F(ServerTest, AnswersLaterWhileOthersAreServed) {
  HttpClient patient(socket_);
  patient.send("GET", "/later");
  shared_.asked_later.get_future().wait();
  EXPECT_EQ(HttpClient(socket_).call("GET", "/meanwhile").status, 200);

  thread_.on_loop([this] { shared_.later[0].send(json_response({{"late", true}})); });
  EXPECT_EQ(patient.receive().json(), Json({{"late", true}}));
  EXPECT_EQ(patient.call("GET", "/again").status, 200);
}

TEST_F(ServerTest, AnswersNobodyWhenTheClientLeftBeforeALateAnswer) {
  HttpClient impatient(socket_);
  impatient.send("GET", "/later");
  shared_.asked_later.get_future().wait();
  impatient.hang_up();
  thread_.on_loop([this] { shared_.later[0].send(json_response({{"late", true}})); });
  EXPECT_EQ(HttpClient(socket_).call("GET", "/next").status, 200);
}

TEST_F(ServerTest, MayEndWhileAnAnswerIsOwed) {
  HttpClient client(socket_);
  client.send("GET", "/later");
  shared_.asked_later.get_future().wait();
  thread_.on_loop([this] { server_.reset(); });
  thread_.on_loop([this] { shared_.later[0].send(json_response({})); });
  EXPECT_THROW(client.receive(), std::runtime_error);
}

TEST_F(ServerTest, DropsTheRequestOfAClientThatHangsUpInMidBody) {
  HttpClient client(socket_);
  client.send_bytes("POST /hangs_up HTTP/1.1\r\nHost: t\r\nContent-Length: 500\r\n\r\nhalf of it");
  shared_.has_body.wait();
  client.hang_up();
  shared_.gone.wait();
  EXPECT_EQ(HttpClient(socket_).call("GET", "/next").status, 200);
}

TEST_F(ServerTest, RefusesATooLargeBodyAndServesTheConnectionOn) {
  HttpClient client(socket_);
  Reply reply = client.call("POST", "/", std::string(8 * 1024 * 1024, 'x'));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json()["message"], "too large");
  EXPECT_EQ(client.call("GET", "/next").status, 200);
}

TEST_F(ServerTest, RefusesATooLargeBodyOfUnannouncedLength) {
  HttpClient client(socket_);
  client.send_bytes("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) client.send_bytes("64\r\n" + std::string(100, 'x') + "\r\n");
  client.send_bytes("0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
}

TEST_F(ServerTest, RefusesATooLargeBodyBeforeItIsSentWhereTheClientWaits) {
  HttpClient client(socket_);
  client.send_bytes("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
}

TEST_F(ServerTest, RefusesHeadersWithoutEnd) {
  HttpClient client(socket_);
  client.send_bytes("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  EXPECT_GE(client.receive().status, 400);
  EXPECT_EQ(HttpClient(socket_).call("GET", "/next").status, 200);
}

TEST_F(ServerTest, SurvivesWhatIsNoHttp) {
  HttpClient client(socket_);
  client.send_bytes(std::string("\0\1\2 nonsense\r\n\r\n", 16));
  EXPECT_EQ(HttpClient(socket_).call("GET", "/next").status, 200);
}

TEST_F(ServerTest, ServesFiftyConnectionsAtATime) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<HttpClient>(socket_));
  for (int i = 0; i < 50; ++i) clients[i]->send("POST", "/" + std::to_string(i), "x");
  for (int i = 49; i >= 0; --i) EXPECT_EQ(clients[i]->receive().json()["path"], "/" + std::to_string(i));
}

ServerSettings idle_for_a_second() {
  ServerSettings settings;
  settings.idle_seconds = 1;
  return settings;
}

TEST(Server, ClosesAConnectionThatSaysNothing) {
  TemporaryFolder folder;
  LoopThread thread;
  std::optional<Server> server;
  thread.on_loop([&] {
    server.emplace(
        thread.loop(), listen_on_unix_socket(folder / "socket"), by_the_kernel,
        [](Request) -> std::unique_ptr<Exchange> { return nullptr; }, idle_for_a_second());
  });
  HttpClient client(folder / "socket");
  client.send_bytes("GET /half HTT");
  EXPECT_THROW(client.receive(), std::runtime_error);
  thread.on_loop([&] { server.reset(); });
}

TEST_F(ServerTest, MakesASocketThatEverybodyMayAsk) {
  struct stat found {};
  ASSERT_EQ(::stat(socket_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777u, 0666u);
}

TEST_F(ServerTest, RefusesASocketOnWhichAnotherDaemonAnswers) {
  EXPECT_THROW(listen_on_unix_socket(socket_), Error);
  EXPECT_EQ(HttpClient(socket_).call("GET", "/next").status, 200);
}

TEST(UnixSocket, ReplacesWhatADeadDaemonLeft) {
  TemporaryFolder folder;
  listen_on_unix_socket(folder / "socket").reset();
  UniqueFd listening = listen_on_unix_socket(folder / "socket");
  EXPECT_NO_THROW(HttpClient(folder / "socket"));
}

TEST(UnixSocket, RefusesToReplaceAFile) {
  TemporaryFolder folder;
  write_atomically(folder / "file", "precious");
  EXPECT_THROW(listen_on_unix_socket(folder / "file"), Error);
  EXPECT_EQ(read_file(folder / "file"), "precious");
}

TEST(UnixSocket, RefusesAPathThatIsTooLong) {
  EXPECT_THROW(listen_on_unix_socket("/tmp/" + std::string(200, 'x')), Error);
}

}  // namespace
}  // namespace trainyard
