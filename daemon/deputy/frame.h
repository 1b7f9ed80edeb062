// Frames: the messages between trainyardd and a deputy over a stream socket. A request or an answer is one
// frame: a header of fixed size, JSON, then raw bytes. A request can carry a file descriptor. One request is
// sent at a time, and one frame answers it.
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
  std::string json;   // as text, so that it need not be parsed on the daemon's loop
  std::string bytes;  // content of a file
  // Only in a request: the deputy must begin no change after this moment (CLOCK_MONOTONIC).
  std::chrono::steady_clock::time_point begin_before{};
  UniqueFd fd{};  // of a request only
};

// Returns the bytes that are sent for the frame; they do not contain its descriptor. Error{invalid} if the
// frame is too large.
std::string encode(const Frame& frame);

// Sets Frame::begin_before of an encoded frame.
void stamp_begin_before(std::string& encoded, std::chrono::steady_clock::time_point moment);

// Collects received bytes, and returns frames when they are complete. Error{invalid} on a frame that is too
// large.
class FrameParser {
 public:
  void add(std::string_view bytes) { received_ += bytes; }
  std::optional<Frame> next();

 private:
  std::string received_;
};

// For the deputy; blocks. Returns the next request; nullopt when the daemon has closed its end.
std::optional<Frame> receive_frame(int socket);
void send_frame(int socket, const Frame& frame);

// For the daemon; does not block. Sends as many of `bytes` as the socket takes, and returns how many. If `fd`
// is not negative, sends this descriptor with the first byte. Error{unavailable} if the other end is closed.
std::size_t send_some(int socket, std::string_view bytes, int fd);
// For the daemon; does not block. Returns the bytes that have arrived; nullopt if there are none yet; "" if
// the other end is closed.
std::optional<std::string> receive_some(int socket);

}  // namespace trainyard
