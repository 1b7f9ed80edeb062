// Exchange: performs a request on a handle of libcurl, one try after the other: sends it, checks the answer,
// and passes the body to the sink. A later try continues a range where the earlier one stopped. Each object
// is for one thread at a time.
#pragma once
#include <exception>
#include <optional>
#include <string>

#include "plugins/s3/backoff.h"
#include "plugins/s3/connections.h"
#include "plugins/s3/failure.h"
#include "plugins/s3/pace.h"
#include "plugins/s3/request.h"
#include "plugins/s3/signer.h"

namespace trainyard {

struct ClientLimits;

class Exchange {
 public:
  Exchange(Request request, const StoreSettings& store, const ClientLimits& limits, Pace& pace);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Prepares the handle for the next try. The exchange must outlive the try.
  void prepare(CURL* easy, Signer& signer);

  // Lets a try go on that was paused because the process was ahead of its pace.
  void resume(CURL* easy);
  bool is_paused() const { return is_paused_; }

  int generation() const { return state_.generation; }  // of the keys with which the try is signed

  // Returns the failure of a try that has ended, with libcurl's `code`; nullopt if the request has succeeded.
  // Throws what the sink has thrown.
  std::optional<Failure> judge(CURLcode code, const Asker& asker);

  const Request& request() const { return request_; }
  const Answer& answer() const { return answer_; }
  Backoff& backoff() { return backoff_; }
  std::int64_t bytes_of_this_try() const { return moved_; }

 private:
  static std::size_t on_header(const char* bytes, std::size_t size, std::size_t count, void* exchange);
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* exchange);
  static std::size_t on_upload(char* bytes, std::size_t size, std::size_t count, void* exchange);
  static int on_seek(void* exchange, curl_off_t offset, int origin);

  void set_options(CURL* easy, const Address& address);
  void set_headers(CURL* easy, const Address& address);
  void set_body(CURL* easy);
  std::int64_t body_size() const;
  void read_header(std::string_view line);
  bool take_body(std::string_view bytes);
  std::optional<Failure> wrong_range() const;
  std::size_t read_upload(char* bytes, std::size_t size);
  Failure passing(const std::string& what) const;
  std::optional<Failure> short_body() const;
  std::optional<Failure> spoilt_body() const;

  Request request_;
  const StoreSettings& store_;
  const ClientLimits& limits_;
  Pace& pace_;
  Backoff backoff_;
  Answer answer_;
  std::int64_t received_ = 0;  // of the range, in all tries
  std::int64_t moved_ = 0;     // body bytes of this try, in both directions
  std::int64_t sent_ = 0;      // of the body, in this try
  bool is_paused_ = false;     // this try
  bool is_checked_ = false;    // the answer is what was asked for
  SigningState state_;
  std::optional<Failure> failure_;  // found while the body came
  std::exception_ptr thrown_;       // by the sink or a check
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> header_list_{nullptr, curl_slist_free_all};
  char reason_[CURL_ERROR_SIZE] = {};
};

}  // namespace trainyard
