#include "daemon/base/host_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

TEST(AHost, IsANameOrAnAddressWithAPortOrWithout) {
  EXPECT_EQ(parse_host_port("head"), (HostPort{"head", 6822}));
  EXPECT_EQ(parse_host_port("head.site.org:7000"), (HostPort{"head.site.org", 7000}));
  EXPECT_EQ(parse_host_port("0.0.0.0:65535"), (HostPort{"0.0.0.0", 65535}));
  EXPECT_EQ(parse_host_port("[::]:7000"), (HostPort{"::", 7000}));
  EXPECT_EQ(parse_host_port("[fe80::1%eth0]"), (HostPort{"fe80::1%eth0", 6822}));
}

TEST(AHost, IsWrittenAsItWasRead) {
  EXPECT_EQ(to_string(parse_host_port("head")), "head:6822");
  EXPECT_EQ(to_string(parse_host_port("[fe80::1]:7000")), "[fe80::1]:7000");
}

TEST(AHost, IsNothingElse) {
  for (const char* text :
       {"", ":6822", "head:", "head:0", "head:65536", "head:x", "head:1 ", "head/v1", "a b", "fe80::1",
        "[fe80::1", "[]", "[head]7000", "user@head", "http://head", "head:7000:1", "head?x", "head]"}) {
    try {
      parse_host_port(text);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::invalid);
      EXPECT_THAT(e.what(), ::testing::HasSubstr("is not a host")) << text;
    }
  }
}

}  // namespace
}  // namespace trainyard
