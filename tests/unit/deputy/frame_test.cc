#include "daemon/deputy/frame.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

struct SocketPair {
  SocketPair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    daemon = UniqueFd(ends[0]);
    deputy = UniqueFd(ends[1]);
  }
  UniqueFd daemon, deputy;
};

Frame frame_of(const std::string& json, const std::string& bytes) {
  Frame frame;
  frame.json = json;
  frame.bytes = bytes;
  return frame;
}

TEST(AFrame, IsTheSameOnTheOtherSide) {
  std::string encoded = encode(frame_of("{}", std::string("a\0b", 3)));
  auto moment = std::chrono::steady_clock::time_point(std::chrono::seconds(7));
  stamp_begin_before(encoded, moment);
  FrameParser parser;
  parser.add(encoded);
  std::optional<Frame> read = parser.next();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->json, "{}");
  EXPECT_EQ(read->bytes, std::string("a\0b", 3));
  EXPECT_EQ(read->begin_before, moment);
  EXPECT_FALSE(parser.next());
}

TEST(AFrame, IsReadWhateverPiecesItComesIn) {
  std::string two = encode(frame_of("1", "one")) + encode(frame_of("2", ""));
  FrameParser parser;
  std::vector<std::string> read;
  for (char c : two) {
    parser.add(std::string_view(&c, 1));
    while (std::optional<Frame> frame = parser.next()) read.push_back(frame->json + frame->bytes);
  }
  EXPECT_EQ(read, (std::vector<std::string>{"1one", "2"}));
}

TEST(AFrame, IsRefusedWhereItIsTooLarge) {
  EXPECT_THROW(encode(frame_of("", std::string(most_frame_bytes + 1, 'x'))), Error);
  FrameParser parser;
  parser.add(std::string(16, '\xff'));
  EXPECT_THROW(parser.next(), Error);
}

TEST(AFrame, CarriesADescriptor) {
  SocketPair sockets;
  UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::string encoded = encode(frame_of("{}", "x"));
  ASSERT_EQ(send_some(sockets.daemon.get(), encoded, file.get()), encoded.size());
  std::optional<Frame> read = receive_frame(sockets.deputy.get());
  ASSERT_TRUE(read);
  EXPECT_EQ(::fcntl(read->fd.get(), F_GETFD), FD_CLOEXEC);
}

TEST(AFrame, EndsWithTheStream) {
  SocketPair sockets;
  sockets.daemon.reset();
  EXPECT_FALSE(receive_frame(sockets.deputy.get()));
}

}  // namespace
}  // namespace trainyard
