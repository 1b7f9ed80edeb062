#include "daemon/deputy/frame.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "daemon/base/error.h"
#include "daemon/base/passed_fd.h"

namespace trainyard {
namespace {

struct Header {
  std::uint32_t json_size = 0;
  std::uint32_t bytes_size = 0;
  std::int64_t begin_before_ns = 0;
};

void check_size(std::size_t json, std::size_t bytes) {
  if (json > most_frame_json || bytes > most_frame_bytes)
    throw Error(ErrorKind::invalid,
                "a message between daemon and deputy is too large: " + std::to_string(json) +
                    " bytes of JSON, " + std::to_string(bytes) + " bytes of a file");
}

// Reads `size` bytes, waiting for them, and stores a descriptor that comes with them in `fd`. Returns false
// at the end of the stream.
bool receive_all(int socket, char* to, std::size_t size, UniqueFd& fd) {
  for (std::size_t filled = 0; filled < size;) {
    ssize_t got = receive_with_fd(socket, to + filled, size - filled, 0, fd);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("receive from the daemon");
    if (got == 0) return false;
    filled += static_cast<std::size_t>(got);
  }
  return true;
}

std::chrono::steady_clock::time_point time_from(std::int64_t nanoseconds) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(nanoseconds));
}

}  // namespace

std::string encode(const Frame& frame) {
  check_size(frame.json.size(), frame.bytes.size());
  Header header{static_cast<std::uint32_t>(frame.json.size()), static_cast<std::uint32_t>(frame.bytes.size()),
                std::chrono::nanoseconds(frame.begin_before.time_since_epoch()).count()};
  std::string encoded(sizeof header, '\0');
  std::memcpy(encoded.data(), &header, sizeof header);
  encoded += frame.json;
  encoded += frame.bytes;
  return encoded;
}

void stamp_begin_before(std::string& encoded, std::chrono::steady_clock::time_point moment) {
  std::int64_t nanoseconds = std::chrono::nanoseconds(moment.time_since_epoch()).count();
  std::memcpy(encoded.data() + offsetof(Header, begin_before_ns), &nanoseconds, sizeof nanoseconds);
}

std::optional<Frame> FrameParser::next() {
  Header header;
  if (received_.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, received_.data(), sizeof header);
  check_size(header.json_size, header.bytes_size);
  std::size_t whole = sizeof header + header.json_size + header.bytes_size;
  if (received_.size() < whole) return std::nullopt;
  Frame frame;
  frame.json = received_.substr(sizeof header, header.json_size);
  frame.bytes = received_.substr(sizeof header + header.json_size, header.bytes_size);
  frame.begin_before = time_from(header.begin_before_ns);
  received_.erase(0, whole);
  return frame;
}

std::optional<Frame> receive_frame(int socket) {
  Frame frame;
  Header header;
  if (!receive_all(socket, reinterpret_cast<char*>(&header), sizeof header, frame.fd)) return std::nullopt;
  check_size(header.json_size, header.bytes_size);
  frame.json.resize(header.json_size);
  frame.bytes.resize(header.bytes_size);
  frame.begin_before = time_from(header.begin_before_ns);
  UniqueFd none;
  if (!receive_all(socket, frame.json.data(), frame.json.size(), none) ||
      !receive_all(socket, frame.bytes.data(), frame.bytes.size(), none))
    return std::nullopt;
  return frame;
}

void send_frame(int socket, const Frame& frame) { write_all(socket, encode(frame)); }

std::size_t send_some(int socket, std::string_view bytes, int fd) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (fd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* carried = CMSG_FIRSTHDR(&message);
    carried->cmsg_level = SOL_SOCKET;
    carried->cmsg_type = SCM_RIGHTS;
    carried->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(carried), &fd, sizeof fd);
  }
  ssize_t sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  throw Error(ErrorKind::unavailable, std::string("send to a deputy: ") + std::strerror(errno));
}

std::optional<std::string> receive_some(int socket) {
  std::string bytes(1 << 16, '\0');
  ssize_t got = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace trainyard
