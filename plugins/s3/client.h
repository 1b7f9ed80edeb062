// S3Client: signs requests, sends them by libcurl, several at a time, and repeats those that fail. Receives
// no faster than StoreSettings::bytes_per_second allows. Several threads can use one S3Client; each call does
// its work in the thread that makes it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/guarded.h"
#include "plugins/object_store.h"
#include "plugins/s3/backoff.h"
#include "plugins/s3/pace.h"
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

  // Performs one request and returns the answer. If all tries fail, throws the Error of the last one; see
  // Failure.
  Answer perform(Request request);

  // Performs the requests that `next` returns, several at a time, until it returns none and all are done.
  // Calls `next`, sinks and `done` in the thread of this call. If one of them throws, stops the requests
  // under way and throws the same error.
  void perform_all(const std::function<std::optional<Request>()>& next);

 private:
  std::unique_ptr<Connections> take_connections();
  void give_back(std::unique_ptr<Connections> connections);

  StoreAccess access_;
  ClientLimits limits_;
  Signer signer_;
  std::shared_ptr<Pace> pace_;
  // Connections that no call uses, kept for later calls.
  Guarded<std::vector<std::unique_ptr<Connections>>> idle_;
};

}  // namespace trainyard
