#include "plugins/s3/exchange.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "plugins/s3/client.h"
#include "plugins/s3/endpoint.h"

namespace trainyard {
namespace {

// The greatest body that is kept in memory, as those of listings and errors are.
constexpr std::size_t most_body_bytes = 16 << 20;
constexpr long buffer_bytes = 512 << 10;

// Returns 100 for the value "bytes 100-199/5000" of the header Content-Range.
std::optional<std::int64_t> first_byte(const std::string& content_range) {
  constexpr std::string_view unit = "bytes ";
  if (!content_range.starts_with(unit)) return std::nullopt;
  return whole_number<std::int64_t>(
      std::string_view(content_range).substr(unit.size(), content_range.find('-') - unit.size()), 0);
}

bool is_success(int status) { return status >= 200 && status < 300; }

}  // namespace

Exchange::Exchange(Request request, const StoreSettings& store, const ClientLimits& limits, Pace& pace)
    : request_(std::move(request)), store_(store), limits_(limits), pace_(pace), backoff_(limits.backoff) {}

void Exchange::prepare(CURL* easy, Signer& signer) {
  answer_ = {};
  moved_ = sent_ = 0;
  is_checked_ = is_paused_ = false;
  reason_[0] = '\0';
  failure_.reset();
  state_ = signer.current();
  StoreSettings store = store_;
  store.region = state_.region;
  const Address address = address_of(store, request_.bucket, request_.key);
  set_options(easy, address);
  set_body(easy);
  set_headers(easy, address);
}

void Exchange::set_options(CURL* easy, const Address& address) {
  curl_easy_reset(easy);
  const std::string query = canonical_query(request_.query);
  const std::string url = address.origin + address.path + (query.empty() ? "" : '?' + query);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // a key may contain "/../"
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, limits_.connect_seconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, limits_.silence_seconds);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_bytes);
  if (!store_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, store_.ca_file.c_str());
  if (!store_.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, store_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

void Exchange::set_body(CURL* easy) {
  if (request_.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (request_.method == "PUT" || request_.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  }
  if (request_.method != "HEAD") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void Exchange::set_headers(CURL* easy, const Address& address) {
  NamesAndValues own = request_.headers;
  if (request_.range)
    own.emplace_back("Range", fmt::format("bytes={}-{}", request_.range->offset + received_,
                                          request_.range->offset + request_.range->size_bytes - 1));
  if (!request_.etag.empty()) own.emplace_back("If-Match", '"' + request_.etag + '"');
  Request sent = request_;
  sent.headers = own;
  const std::string payload = !request_.file                  ? sha256(request_.body)
                              : request_.file->sha256.empty() ? unsigned_payload
                                                              : request_.file->sha256;

  for (const auto& [name, value] : Signer::headers_for(state_, sent, address, payload))
    own.emplace_back(name, value);
  curl_slist* list = nullptr;
  for (const auto& [name, value] : own) list = curl_slist_append(list, (name + ": " + value).c_str());
  for (const char* not_sent : {"Expect:", "Accept:", "Content-Type:"})
    list = curl_slist_append(list, not_sent);
  header_list_.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

std::int64_t Exchange::body_size() const {
  return request_.file ? request_.file->size_bytes : static_cast<std::int64_t>(request_.body.size());
}

// libcurl calls this with each header line. The status line of each answer, also that of a proxy or of "100
// Continue", discards the headers before it, so that those of the final answer are left.
std::size_t Exchange::on_header(const char* bytes, std::size_t size, std::size_t count, void* exchange) {
  static_cast<Exchange*>(exchange)->read_header({bytes, size * count});
  return size * count;
}

void Exchange::read_header(std::string_view line) {
  constexpr std::size_t most_headers = 200;
  if (line.starts_with("HTTP/")) {
    answer_ = {};
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos)
      answer_.status = whole_number<int>(line.substr(space + 1, 3), 0, 999).value_or(0);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || answer_.headers.size() >= most_headers) return;
  answer_.headers.emplace_back(ascii_lower(std::string(line.substr(0, colon))),
                               std::string(trim(line.substr(colon + 1))));
}

std::size_t Exchange::on_body(const char* bytes, std::size_t size, std::size_t count, void* exchange) {
  auto& self = *static_cast<Exchange*>(exchange);
  const Pace::Clock::time_point now = Pace::Clock::now();
  self.is_paused_ = !self.pace_.permits(now);
  if (self.is_paused_) return CURL_WRITEFUNC_PAUSE;
  self.pace_.count(static_cast<std::int64_t>(size * count), now);
  try {
    return self.take_body({bytes, size * count}) ? size * count : 0;
  } catch (...) {
    self.thrown_ = std::current_exception();
    return 0;
  }
}

// Gives the piece at which the try was paused to on_body() again, which can pause the try once more.
void Exchange::resume(CURL* easy) {
  is_paused_ = false;
  curl_easy_pause(easy, CURLPAUSE_CONT);
}

// Passes a piece of the body to the sink, or keeps it if there is no sink or the request failed. Returns
// false if the transfer must be stopped.
bool Exchange::take_body(std::string_view bytes) {
  moved_ += static_cast<std::int64_t>(bytes.size());
  if (!request_.sink || !is_success(answer_.status)) {
    if (answer_.body.size() + bytes.size() > most_body_bytes) return false;
    answer_.body += bytes;
    return true;
  }
  if (!is_checked_) failure_ = wrong_range();
  is_checked_ = true;
  if (request_.range && received_ + static_cast<std::int64_t>(bytes.size()) > request_.range->size_bytes)
    failure_ = passing("the store sends more bytes than were asked for");
  if (failure_) return false;
  request_.sink(bytes);
  received_ += static_cast<std::int64_t>(bytes.size());
  backoff_.progress();
  return true;
}

// Returns a failure unless the answer begins with the requested byte. Throws Error{invalid} if the object was
// changed since it was listed (it has another etag).
std::optional<Failure> Exchange::wrong_range() const {
  const std::string etag = answer_.header("etag");
  if (!request_.etag.empty() && !etag.empty() && unquoted(etag) != request_.etag)
    throw Error(ErrorKind::invalid, url_of(request_) + ": has changed since it was listed (etag " +
                                        unquoted(etag) + ", not " + request_.etag + ")");
  if (!request_.range) return std::nullopt;
  const std::int64_t expected = request_.range->offset + received_;
  const std::int64_t begins =
      answer_.status == 206 ? first_byte(answer_.header("content-range")).value_or(-1) : 0;
  if (begins == expected) return std::nullopt;
  return passing(fmt::format("the store sends other bytes than those from {} on", expected));
}

// Returns a failure with this message after which the same request might succeed.
Failure Exchange::passing(const std::string& what) const {
  return {Failure::Cure::wait, ErrorKind::unavailable,
          fmt::format("{} {}: {}", request_.method, url_of(request_), what), ""};
}

std::size_t Exchange::on_upload(char* bytes, std::size_t size, std::size_t count, void* exchange) {
  auto& self = *static_cast<Exchange*>(exchange);
  try {
    return self.read_upload(bytes, size * count);
  } catch (...) {
    self.thrown_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

std::size_t Exchange::read_upload(char* bytes, std::size_t size) {
  const std::size_t wanted = std::min(size, static_cast<std::size_t>(body_size() - sent_));
  std::size_t got = wanted;
  if (request_.file) {
    const ssize_t read = ::pread(request_.file->fd, bytes, wanted, request_.file->offset + sent_);
    if (read < 0) throw_errno("read " + request_.file->name);
    if (read == 0 && wanted > 0)
      throw Error(ErrorKind::invalid, request_.file->name + ": became shorter while it was stored");
    got = static_cast<std::size_t>(read);
  } else {
    std::memcpy(bytes, request_.body.data() + sent_, wanted);
  }
  sent_ += static_cast<std::int64_t>(got);
  moved_ += static_cast<std::int64_t>(got);
  return got;
}

int Exchange::on_seek(void* exchange, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(exchange)->sent_ = offset;
  return CURL_SEEKFUNC_OK;
}

std::optional<Failure> Exchange::judge(CURLcode code, const Asker& asker) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (failure_) return failure_;
  const bool has_answer = answer_.status != 0;
  // The answer counts before libcurl's error: a store may refuse an upload and close the connection before it
  // has read all of it.
  if (has_answer && !is_success(answer_.status)) return failure_of(request_, answer_, asker);
  const bool is_complete = request_.range && received_ == request_.range->size_bytes;
  if (code != CURLE_OK && !is_complete)
    return failure_of_transport(request_, code, reason_[0] ? reason_ : curl_easy_strerror(code), asker);
  if (std::string_view(answer_.body).find("<Error>") != std::string_view::npos &&
      !read_problem(answer_.body).code.empty())
    return failure_of(request_, answer_, asker);
  if (const std::optional<Failure> failure = short_body()) return failure;
  return spoilt_body();
}

std::optional<Failure> Exchange::spoilt_body() const {
  if (!request_.check) return std::nullopt;
  try {
    request_.check(answer_);
    return std::nullopt;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unavailable) throw;
    return passing(e.what());
  }
}

std::optional<Failure> Exchange::short_body() const {
  if (!request_.range || received_ == request_.range->size_bytes) return std::nullopt;
  return passing(fmt::format("{} bytes came, {} were asked for", received_, request_.range->size_bytes));
}

}  // namespace trainyard
