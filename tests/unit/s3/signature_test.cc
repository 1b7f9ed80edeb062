// Signatures, by the examples that Amazon publishes with its description of Signature Version 4.
#include "plugins/s3/signature.h"

#include <gtest/gtest.h>

#include "daemon/base/digest.h"

namespace trainyard {
namespace {

// "Signature Calculations for the Authorization Header", in the Amazon S3 API Reference.
class S3Example {
 public:
  S3Example(std::string method, std::string path, NamesAndValues query = {}, NamesAndValues headers = {},
            const std::string& body = "")
      : request_{std::move(method), std::move(path), std::move(query), std::move(headers), sha256(body)} {
    request_.headers.insert(request_.headers.end(), {{"Host", "examplebucket.s3.amazonaws.com"},
                                                     {"x-amz-date", "20130524T000000Z"},
                                                     {"x-amz-content-sha256", request_.payload}});
  }

  std::string signature() const {
    const Credential keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
    const std::string value = authorization(request_, keys, {"us-east-1"}, from_unix(1369353600));
    return value.substr(value.rfind('=') + 1);
  }

 private:
  RequestToSign request_;
};

TEST(ASignature, OfAGetOfARangeIsAmazons) {
  EXPECT_EQ(S3Example("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}).signature(),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(ASignature, OfAPutIsAmazons) {
  EXPECT_EQ(
      S3Example("PUT", "/test%24file.text", {},
                {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                "Welcome to Amazon S3.")
          .signature(),
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(ASignature, OfAQueryWithoutAValueIsAmazons) {
  EXPECT_EQ(S3Example("GET", "/", {{"lifecycle", ""}}).signature(),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(ASignature, OfAListingIsAmazonsWhateverTheOrderOfTheQuery) {
  for (const NamesAndValues& query : {NamesAndValues{{"max-keys", "2"}, {"prefix", "J"}},
                                      NamesAndValues{{"prefix", "J"}, {"max-keys", "2"}}})
    EXPECT_EQ(S3Example("GET", "/", query).signature(),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

// The test suite of Signature Version 4, for a service named "service".
std::string signature_in_suite(const std::string& method, NamesAndValues query, NamesAndValues headers = {},
                               const std::string& path = "/") {
  const Credential keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  headers.insert(headers.end(), {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}});
  const std::string value = authorization({method, path, std::move(query), std::move(headers), sha256("")},
                                          keys, {"us-east-1", "service"}, from_unix(1440938160));
  return value.substr(value.rfind('=') + 1);
}

TEST(ASignature, IsThatOfTheTestSuite) {
  EXPECT_EQ(signature_in_suite("GET", {}),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(signature_in_suite("GET", {{"Param2", "value2"}, {"Param1", "value1"}}),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(signature_in_suite("GET", {}, {}, "/%E1%88%B4"),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
  EXPECT_EQ(signature_in_suite("POST", {}),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(TheAuthorization, NamesTheKeyTheScopeAndTheSignedHeaders) {
  const std::string value = authorization({"GET", "/", {}, {{"x-amz-date", "x"}, {"Host", "h"}}, sha256("")},
                                          {"KEY", "secret", ""}, {"eu"}, from_unix(0));
  EXPECT_EQ(
      value.substr(0, value.rfind('=')),
      "AWS4-HMAC-SHA256 Credential=KEY/19700101/eu/s3/aws4_request,SignedHeaders=host;x-amz-date,Signature");
  EXPECT_EQ(value.find("secret"), std::string::npos);
}

TEST(AQuery, IsSortedByItsEncodedNames) {
  EXPECT_EQ(canonical_query({{"b", "x y+/"}, {"a-", ""}, {"a", "ü"}}), "a=%C3%BC&a-=&b=x%20y%2B%2F");
}

}  // namespace
}  // namespace trainyard
