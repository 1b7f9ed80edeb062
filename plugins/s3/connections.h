// Connections: libcurl's multi handle, and the easy handles of the requests that it performs. Each object is
// for one thread at a time.
#pragma once
#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <vector>

namespace trainyard {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyCleanup>;

class Connections {
 public:
  Connections();
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  EasyHandle take_handle();  // a new one, or one that was given back
  void give_back(EasyHandle easy);

  void begin(CURL* easy);
  void break_off(CURL* easy);

  struct Ended {
    CURL* easy;
    CURLcode code;
  };
  // Sends and receives what the sockets allow, and returns the requests that have ended. If none has, waits
  // for a socket, for at most `longest`.
  std::vector<Ended> work(std::chrono::milliseconds longest);

 private:
  std::vector<Ended> ended();

  CURLM* multi_;
  std::vector<EasyHandle> spare_;
};

}  // namespace trainyard
