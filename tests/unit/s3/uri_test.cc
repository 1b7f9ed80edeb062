#include "plugins/s3/uri.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "plugins/s3/endpoint.h"

namespace trainyard {
namespace {

TEST(AnS3Url, IsABucketAndAKeyThatIsTakenLiterally) {
  EXPECT_EQ(parse_s3_url("s3://images/2017/a b%20+?#.png").bucket, "images");
  EXPECT_EQ(parse_s3_url("s3://images/2017/a b%20+?#.png").key, "2017/a b%20+?#.png");
  EXPECT_EQ(parse_s3_url("s3://images").key, "");
  EXPECT_EQ(parse_s3_url("s3://images//x").key, "/x");
}

TEST(AnS3Url, WithoutABucketIsRefused) {
  for (const char* url : {"s3://", "s3:///key", "s3://..", "s3://a b/key", "s3://a?x/key", "file:///a"})
    EXPECT_THROW(parse_s3_url(url), Error) << url;
}

TEST(AKey, IsEncodedByteByByteAndDecodedAgain) {
  const std::string key = "a b/ü+%\n~";
  EXPECT_EQ(encode_path(key), "a%20b/%C3%BC%2B%25%0A~");
  EXPECT_EQ(encode_component("a/b"), "a%2Fb");
  EXPECT_EQ(decode_component(encode_component(key)), key);
}

TEST(AListing, CanEncodeASpaceAsAPlusAndAPercentSignAsItself) {
  EXPECT_EQ(decode_component("a+b%2Bc"), "a b+c");
  EXPECT_EQ(decode_component("100%"), "100%");
  EXPECT_EQ(decode_component("%zz%4"), "%zz%4");
}

StoreSettings store_at(const std::string& endpoint, StoreSettings::Style style = StoreSettings::Style::path) {
  StoreSettings store;
  store.name = "cellar";
  store.endpoint = endpoint;
  store.style = style;
  return store;
}

TEST(AnAddress, HasTheBucketInThePathOrInTheHost) {
  const Address path = address_of(store_at("https://S3.example.org:7480/"), "images", "a b");
  EXPECT_EQ(path.origin + path.path, "https://s3.example.org:7480/images/a%20b");
  EXPECT_EQ(path.host, "s3.example.org:7480");
  const Address host =
      address_of(store_at("http://example.org", StoreSettings::Style::virtual_host), "images", "a");
  EXPECT_EQ(host.origin + host.path, "http://images.example.org/a");
  EXPECT_EQ(host.host, "images.example.org");
}

TEST(AnAddress, LeavesOutThePortThatTheSchemeHasAnyway) {
  EXPECT_EQ(address_of(store_at("https://h:443"), "b", "").host, "h");
  EXPECT_EQ(address_of(store_at("http://h:443"), "b", "").host, "h:443");
}

TEST(AnAddress, WithoutAnEndpointIsAmazonsInTheRegion) {
  StoreSettings store;
  store.region = "eu-central-1";
  EXPECT_EQ(address_of(store, "images", "").origin, "https://images.s3.eu-central-1.amazonaws.com");
}

TEST(AnAddress, OfAnEndpointThatIsNoHostIsRefusedByTheNameOfTheStore) {
  for (const char* endpoint : {"h", "ftp://h", "https://", "https://h/s3", "https://u@h", "https://h\r\nx"}) {
    try {
      address_of(store_at(endpoint), "b", "");
      ADD_FAILURE() << endpoint;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("endpoint of the store cellar"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace trainyard
