// Frames: what trainyardd and a deputy send each other over a stream socket. A request or an answer is one
// frame: a header of fixed size, JSON, then bytes as they are; a request may carry a descriptor. One request
// at a time; each is answered by one frame.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/fd.h"

namespace trainyard {

inline constexpr std::size_t most_frame_json = std::size_t{16} << 20;
inline constexpr std::size_t most_frame_bytes = std::size_t{4} << 20;

struct Frame {
  std::string json;   // as text: each side parses it where it has the time
  std::string bytes;  // of a file
  // Of a request: no change of anything may begin after this moment (CLOCK_MONOTONIC).
  std::chrono::steady_clock::time_point begin_before{};
  UniqueFd fd{};  // of a request
};

// As it goes over the socket, without the descriptor. Error{invalid} when it is larger than a frame may be.
std::string encode(const Frame& frame);

// Sets Frame::begin_before of an encoded frame.
void stamp_begin_before(std::string& encoded, std::chrono::steady_clock::time_point moment);

// Takes bytes as they come and yields frames. Error{invalid} on a frame larger than a frame may be.
class FrameParser {
 public:
  void add(std::string_view bytes) { received_ += bytes; }
  std::optional<Frame> next();

 private:
  std::string received_;
};

// Blocking, for the deputy: the next request; nullopt when the daemon has closed its end.
std::optional<Frame> receive_frame(int socket);
void send_frame(int socket, const Frame& frame);

// Not blocking, for the daemon: sends what the socket takes of `bytes`, with `fd` beside the first of them if
// it is not negative, and returns how many. Error{unavailable} when the other end is closed.
std::size_t send_some(int socket, std::string_view bytes, int fd);
// What has arrived; nullopt: nothing yet. Empty: the other end is closed.
std::optional<std::string> receive_some(int socket);

}  // namespace trainyard
