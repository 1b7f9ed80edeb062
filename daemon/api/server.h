// Server: HTTP/1.1 on a listening socket, on the loop's own thread; libmicrohttpd's one home. It knows
// nothing of routes: a request's head goes to `begin`, its body and end to the Exchange that came back.
// Answers may come later; until then the connection rests and costs nothing. A client that hangs up takes
// only its own request with it. SIGPIPE never comes of it.
//
// Nobody keeps others out: each user of a Unix socket, and each host of the network, has a share of the
// places (api/connection_limits), and a client has so long for each part of its request however it spreads
// its bytes.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/api/connection_limits.h"
#include "daemon/api/exchange.h"
#include "daemon/base/fd.h"
#include "daemon/base/loop.h"

namespace trainyard {

// What a connection counts as before its request says more.
enum class Standing {
  stranger,    // a uid that nobody has been seen to have: all of them are one party
  known,       // a party of its own
  privileged,  // has the reserved places besides
};

struct ServerSettings {
  std::size_t max_head_bytes = 32 * 1024;       // of request line and headers, about
  unsigned idle_seconds = 60;                   // between two requests of a connection
  std::chrono::milliseconds head_time{10'000};  // for the first head, and for the rest of one that has begun
  std::chrono::milliseconds transfer_time{30'000};  // for a body or an answer, and besides …
  std::int64_t least_bytes_per_second = 16 << 10;   // … what its bytes need at this pace
  PlaceLimits places;
  std::size_t max_waiting = 100;  // accepted connections without a place; one more is told to come back
  std::function<Standing(uid_t)> standing;  // of a Unix socket's client; empty: all are known
};

class Server {
 public:
  // `identify` says who asks; on a Unix socket the kernel has said which uid. Error{internal} when
  // libmicrohttpd refuses. `loop` outlives the server.
  Server(Loop& loop, UniqueFd listening, Identify identify, BeginExchange begin,
         ServerSettings settings = {});

  // Open connections are closed; Responders still held answer nobody.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
