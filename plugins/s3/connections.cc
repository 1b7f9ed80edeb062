#include "plugins/s3/connections.h"

#include <algorithm>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

void check(CURLMcode code) {
  if (code != CURLM_OK)
    throw Error(ErrorKind::internal, std::string("libcurl: ") + curl_multi_strerror(code));
}

CURLM* make_multi() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = ready == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw Error(ErrorKind::internal, "libcurl cannot be used");
  return multi;
}

}  // namespace

Connections::Connections() : multi_(make_multi()) {}

Connections::~Connections() { curl_multi_cleanup(multi_); }

EasyHandle Connections::take_handle() {
  if (!spare_.empty()) {
    EasyHandle easy = std::move(spare_.back());
    spare_.pop_back();
    return easy;
  }
  EasyHandle easy(curl_easy_init());
  if (!easy) throw Error(ErrorKind::internal, "libcurl cannot be used");
  return easy;
}

void Connections::give_back(EasyHandle easy) {
  curl_easy_reset(easy.get());
  spare_.push_back(std::move(easy));
}

void Connections::begin(CURL* easy) { check(curl_multi_add_handle(multi_, easy)); }
void Connections::break_off(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

std::vector<Connections::Ended> Connections::work(std::chrono::milliseconds longest) {
  int running = 0;
  check(curl_multi_perform(multi_, &running));
  std::vector<Ended> result = ended();
  if (!result.empty()) return result;
  const auto wait = std::clamp<std::int64_t>(longest.count(), 0, 1000);
  check(curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait), nullptr));
  check(curl_multi_perform(multi_, &running));
  return ended();
}

std::vector<Connections::Ended> Connections::ended() {
  std::vector<Ended> result;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
    if (message->msg == CURLMSG_DONE) result.push_back({message->easy_handle, message->data.result});
  return result;
}

}  // namespace trainyard
