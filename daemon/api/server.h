// Server: HTTP/1.1 on a listening socket, on the loop's own thread; only the server uses libmicrohttpd. It
// does not know the routes: it passes the head of a request to `begin`, and the body and the end to the
// Exchange that `begin` returns. Answers can come later; until then the connection is suspended and costs
// nothing. When a client hangs up, only its own request ends. The server never raises SIGPIPE.
//
// No client can keep others out: each user of a Unix socket, and each host of the network, has a share of the
// places (api/connection_limits), and each part of a request has a time limit, however slowly its bytes come.
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

// How a connection is counted before its request is read.
enum class Standing {
  stranger,    // a uid whose user is not known yet; all strangers together are one party
  known,       // counts as a party of its own
  privileged,  // can also use the reserved places
};

struct ServerSettings {
  std::size_t max_head_bytes = 32 * 1024;           // of request line and headers, approximately
  unsigned idle_seconds = 60;                       // between two requests of a connection
  std::chrono::milliseconds head_time{10'000};      // for the first head, and for the rest of a later one
  std::chrono::milliseconds transfer_time{30'000};  // for a body or an answer, plus …
  std::int64_t least_bytes_per_second = 16 << 10;   // … the time that its bytes take at this rate
  PlaceLimits places;
  std::size_t max_waiting = 100;            // accepted connections without a place; one more is turned away
  std::function<Standing(uid_t)> standing;  // of a client of the Unix socket; empty: all are known
};

class Server {
 public:
  // `identify` finds out who sent a request; on a Unix socket the server has the uid from the kernel and sets
  // it in the head. Throws Error{internal} if libmicrohttpd cannot be started. `loop` must outlive the
  // server.
  Server(Loop& loop, UniqueFd listening, Identify identify, BeginExchange begin,
         ServerSettings settings = {});

  // Closes open connections. Responders that still exist have no effect then.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
