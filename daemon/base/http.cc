#include "daemon/base/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "daemon/base/digest.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

constexpr long connect_timeout_s = 10;
constexpr long silence_timeout_s = 120;

std::size_t append_to_string(char* bytes, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

std::size_t read_from_file(char* buffer, std::size_t size, std::size_t count, void* file) {
  std::size_t got = std::fread(buffer, size, count, static_cast<std::FILE*>(file));
  return std::ferror(static_cast<std::FILE*>(file)) ? CURL_READFUNC_ABORT : got;
}

[[noreturn]] void throw_not_connected(const std::string& where, bool over_tcp, long os_error) {
  if (os_error == EACCES || os_error == EPERM)
    throw Error(ErrorKind::denied, fmt::format("{}: this user may not connect to it", where));
  const char* remedy =
      over_tcp ? "it listens on the network where [network] listen says so; name another host with --host"
               : "start it with 'systemctl start trainyardd', or name another socket with --socket";
  throw Error(ErrorKind::unavailable,
              fmt::format("no daemon answers on {}{}\n{}", where,
                          os_error != 0 ? std::string(": ") + std::strerror(static_cast<int>(os_error)) : "",
                          remedy));
}

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

FilePtr open_for_reading(const std::string& path) {
  FilePtr file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) throw_errno("open " + path);
  return file;
}

curl_off_t size_of(std::FILE* file, const std::string& path) {
  if (std::fseek(file, 0, SEEK_END) != 0) throw_errno("seek " + path);
  curl_off_t size = std::ftell(file);
  std::rewind(file);
  return size;
}

class Headers {
 public:
  Headers() {
    add("Content-Type: application/json");
    add("Expect:");  // without this libcurl waits a second for "100 Continue" before it sends a larger body
  }
  ~Headers() { curl_slist_free_all(list_); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;

  void add(const std::string& header) { list_ = curl_slist_append(list_, header.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// Resets a libcurl handle's settings for one request at the end of a scope. The handle's connection stays
// open.
struct ResetLater {
  CURL* easy;
  ~ResetLater() { curl_easy_reset(easy); }
};

}  // namespace

struct HttpClient::Handle {
  Handle() {
    // A static variable, so that libcurl is initialised once per process, whichever thread comes first.
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    easy = initialised == CURLE_OK ? curl_easy_init() : nullptr;
    if (easy == nullptr) throw Error(ErrorKind::internal, "libcurl cannot be initialised");
  }
  ~Handle() { curl_easy_cleanup(easy); }
  CURL* easy = nullptr;
};

HttpClient::HttpClient(std::string unix_socket)
    : unix_socket_(std::move(unix_socket)), handle_(std::make_unique<Handle>()) {}

HttpClient::HttpClient(HostPort address, SignRequest sign)
    : address_(std::move(address)), sign_(std::move(sign)), handle_(std::make_unique<Handle>()) {}

HttpClient::~HttpClient() = default;

std::string HttpClient::digest_to_sign(std::string_view body) const { return sign_ ? sha256(body) : ""; }

HttpResponse HttpClient::head(const std::string& target) {
  curl_easy_setopt(handle_->easy, CURLOPT_NOBODY, 1L);
  return perform({"HEAD", target, digest_to_sign("")});
}

HttpResponse HttpClient::get(const std::string& target) {
  curl_easy_setopt(handle_->easy, CURLOPT_HTTPGET, 1L);
  return perform({"GET", target, digest_to_sign("")});
}

HttpResponse HttpClient::post(const std::string& target, std::string_view json) {
  curl_easy_setopt(handle_->easy, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDS, json.data());
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
  return perform({"POST", target, digest_to_sign(json)});
}

HttpResponse HttpClient::put_file(const std::string& target, const std::string& path) {
  FilePtr file = open_for_reading(path);
  std::string digest = sign_ ? sha256_of_file(path) : "";
  curl_easy_setopt(handle_->easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle_->easy, CURLOPT_READFUNCTION, read_from_file);
  curl_easy_setopt(handle_->easy, CURLOPT_READDATA, file.get());
  curl_easy_setopt(handle_->easy, CURLOPT_INFILESIZE_LARGE, size_of(file.get(), path));
  return perform({"PUT", target, digest});
}

// Sends the request that was set up in the handle, signed if there is a `sign_`, and returns the response.
HttpResponse HttpClient::perform(const SignedRequest& request) {
  CURL* easy = handle_->easy;
  ResetLater reset{easy};
  HttpResponse response;
  Headers headers;
  if (sign_) headers.add("Authorization: " + sign_(request));
  set_address(request.target);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, silence_timeout_s);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_to_string);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response.body);
  check(curl_easy_perform(easy));
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

void HttpClient::set_address(const std::string& target) {
  CURL* easy = handle_->easy;
  const std::string url = "http://" + (over_tcp() ? to_string(address_) : "trainyard") + target;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // the path must be sent as it was signed
  curl_easy_setopt(easy, CURLOPT_PROXY, "");       // ignores http_proxy in the environment
  if (over_tcp())
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  else
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, unix_socket_.c_str());
}

void HttpClient::check(int code) const {
  if (code == CURLE_OK) return;
  const std::string where = over_tcp() ? to_string(address_) : unix_socket_;
  long os_error = 0;
  curl_easy_getinfo(handle_->easy, CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    throw Error(ErrorKind::unavailable,
                fmt::format("no host {} is known here; name another with --host", address_.host));
  if (code == CURLE_COULDNT_CONNECT) throw_not_connected(where, over_tcp(), os_error);
  throw ConnectionLost(fmt::format("the connection to the daemon on {} was lost: {}", where,
                                   curl_easy_strerror(static_cast<CURLcode>(code))));
}

std::string url_escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 (c != '\0' && std::strchr("-._~,:", c) != nullptr);
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

}  // namespace trainyard
