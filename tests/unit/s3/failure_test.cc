#include "plugins/s3/failure.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainyard {
namespace {

using testing::HasSubstr;
using Cure = Failure::Cure;

Failure failure_with(int status, const std::string& code, const Asker& asker = {"cellar", "mine"},
                     const NamesAndValues& headers = {}) {
  Request request;
  request.bucket = "images";
  request.key = "a.png";
  Answer answer;
  answer.status = status;
  answer.headers = headers;
  if (!code.empty())
    answer.body = "<Error><Code>" + code + "</Code><Message>why</Message><RequestId>tx1</RequestId></Error>";
  return failure_of(request, answer, asker);
}

TEST(AFailure, NamesTheObjectTheCodeAndTheRequest) {
  EXPECT_EQ(failure_with(404, "NoSuchKey").message,
            "GET s3://images/a.png: HTTP 404 NoSuchKey: why (request tx1)");
  EXPECT_EQ(failure_with(404, "NoSuchKey").kind, ErrorKind::not_found);
}

TEST(AFailure, ThatPassesByItselfIsCuredByWaiting) {
  for (int status : {408, 500, 502, 504}) EXPECT_EQ(failure_with(status, "").cure, Cure::wait) << status;
  EXPECT_EQ(failure_with(500, "InternalError").cure, Cure::wait);
  EXPECT_EQ(failure_with(400, "RequestTimeout").cure, Cure::wait);
}

TEST(AFailure, OfAStoreThatDoesNotKnowTheRequestIsNotRepeated) {
  EXPECT_EQ(failure_with(501, "NotImplemented").cure, Cure::none);
  EXPECT_EQ(failure_with(501, "NotImplemented").kind, ErrorKind::invalid);
}

TEST(AFailure, OfAStoreWithTooMuchToDoAsksForFewerRequests) {
  EXPECT_EQ(failure_with(503, "SlowDown").cure, Cure::fewer);
  EXPECT_EQ(failure_with(503, "").cure, Cure::fewer);
  EXPECT_EQ(failure_with(429, "").cure, Cure::fewer);
}

TEST(AFailure, OfTheKeysSaysWhichCommandAddsOthers) {
  const std::string add = "trainyard credential add mine";
  for (const char* code : {"ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"}) {
    const Failure failure = failure_with(403, code);
    EXPECT_EQ(failure.cure, Cure::credentials);
    EXPECT_EQ(failure.kind, ErrorKind::no_credentials);
    EXPECT_THAT(failure.message, HasSubstr(add));
  }
}

TEST(AFailure, OfRightsNamesTheCredentialOrSaysThatThereWasNone) {
  EXPECT_THAT(failure_with(403, "AccessDenied").message, HasSubstr("keys of the credential \"mine\""));
  EXPECT_THAT(failure_with(403, "AccessDenied", {"cellar", ""}).message, HasSubstr("was not signed"));
  EXPECT_EQ(failure_with(403, "").kind, ErrorKind::denied);
}

TEST(AFailure, WithoutKeysIsOneOfMissingKeysUnlessTheUserWantsNone) {
  const Failure unsigned_by_chance = failure_with(403, "AccessDenied", {"cellar", ""});
  EXPECT_EQ(unsigned_by_chance.kind, ErrorKind::no_credentials);
  EXPECT_THAT(unsigned_by_chance.message, HasSubstr("trainyard credential add cellar"));
  const Failure anonymous = failure_with(403, "AccessDenied", {"cellar", "", true});
  EXPECT_EQ(anonymous.kind, ErrorKind::denied);
  EXPECT_THAT(anonymous.message, HasSubstr("names the credential anonymous"));
}

TEST(AFailure, OfTheRegionIsCuredIfTheStoreNamesTheRightOne) {
  const Failure told = failure_with(301, "", {}, {{"x-amz-bucket-region", "eu-west-1"}});
  EXPECT_EQ(told.cure, Cure::region);
  EXPECT_EQ(told.region, "eu-west-1");
  EXPECT_EQ(failure_with(301, "PermanentRedirect").cure, Cure::none);
  EXPECT_THAT(failure_with(307, "").message, HasSubstr("set region or endpoint in [stores.cellar]"));
}

TEST(AFailure, OfTheClockTellsTheStoresTime) {
  EXPECT_THAT(
      failure_with(403, "RequestTimeTooSkewed", {}, {{"date", "Mon, 23 Nov 2026 09:30:00 GMT"}}).message,
      HasSubstr("the clock of this host is wrong; the store's time is Mon, 23 Nov 2026 09:30:00 GMT"));
}

TEST(AFailure, OfAChangedObjectIsTheUsers) {
  EXPECT_EQ(failure_with(412, "PreconditionFailed").kind, ErrorKind::invalid);
  EXPECT_THAT(failure_with(412, "PreconditionFailed").message, HasSubstr("has changed since it was listed"));
}

TEST(AFailure, OfAnUnknownAuthorityIsNotRepeatedAndNamesTheSetting) {
  const Failure failure =
      failure_of_transport({}, CURLE_PEER_FAILED_VERIFICATION, "self-signed", {"cellar", ""});
  EXPECT_EQ(failure.cure, Cure::none);
  EXPECT_THAT(failure.message, HasSubstr("set ca_file in [stores.cellar]"));
}

TEST(AFailure, OfTheNetworkIsRepeated) {
  for (int code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR,
                   CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING})
    EXPECT_EQ(failure_of_transport({}, code, "x", {}).cure, Cure::wait) << code;
}

}  // namespace
}  // namespace trainyard
