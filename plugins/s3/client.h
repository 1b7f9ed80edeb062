// S3Client: signs requests, sends them by libcurl, several at a time, and repeats those that fail. For any
// thread; each call works in the thread that makes it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/guarded.h"
#include "plugins/object_store.h"
#include "plugins/s3/backoff.h"
#include "plugins/s3/request.h"
#include "plugins/s3/signer.h"

namespace trainyard {

struct ClientLimits {
  BackoffLimits backoff{};
  long connect_seconds = 10;
  long silence_seconds = 60;  // without a byte, a connection counts as broken
};

class Connections;

class S3Client {
 public:
  explicit S3Client(const StoreAccess& access, const ClientLimits& limits = {});
  ~S3Client();

  // Performs one request. Throws the Error of the last try; see Failure.
  Answer perform(Request request);

  // Performs the requests that `next` returns, until it returns none and all are done. `next`, sinks and
  // `done` are called in the thread of this call; when they throw, the call ends with their error, and the
  // requests that are on their way are broken off.
  void perform_all(const std::function<std::optional<Request>()>& next);

 private:
  std::unique_ptr<Connections> take_connections();
  void give_back(std::unique_ptr<Connections> connections);

  StoreAccess access_;
  ClientLimits limits_;
  Signer signer_;
  // Idle connections, kept for the next call.
  Guarded<std::vector<std::unique_ptr<Connections>>> idle_;
};

}  // namespace trainyard
