// Server: HTTP/1.1 on a listening socket, on the loop's own thread; libmicrohttpd's one home. It knows
// nothing of routes: a request's head goes to `begin`, its body and end to the Exchange that came back.
// Answers may come later; until then the connection rests and costs nothing. A client that hangs up takes
// only its own request with it. SIGPIPE never comes of it.
#pragma once
#include <memory>

#include "daemon/api/http.h"
#include "daemon/base/fd.h"
#include "daemon/base/loop.h"

namespace trainyard {

struct ServerSettings {
  unsigned idle_seconds = 60;              // a connection that says nothing for so long is closed; 0: never
  unsigned max_connections = 512;          // further ones wait in the backlog
  std::size_t max_head_bytes = 32 * 1024;  // of request line and headers, about
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
