#include "plugins/s3/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

TEST(APage, OfAListingHasItsObjectsAndTheTokenOfTheNextPage) {
  const ListPage page = read_list_page(R"(<?xml version="1.0" encoding="UTF-8"?>
    <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><EncodingType>url</EncodingType>
    <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>
    <Contents><Key>d/a%20%0A%2B.csv</Key><Size>12</Size><ETag>&quot;5eb6-2&quot;</ETag>
    <LastModified>2026-11-23T09:30:00.123Z</LastModified></Contents></ListBucketResult>)");
  ASSERT_EQ(page.objects.size(), 1U);
  EXPECT_EQ(page.objects[0].key, "d/a \n+.csv");
  EXPECT_EQ(page.objects[0].size_bytes, 12);
  EXPECT_EQ(page.objects[0].etag, "5eb6-2");
  EXPECT_EQ(format_utc(page.objects[0].modified_at), "2026-11-23T09:30:00Z");
  EXPECT_EQ(page.next_token, "a&b=");
}

TEST(AKeyInAListing, IsTakenLiterallyIfTheStoreDoesNotEncodeKeys) {
  const ListPage page = read_list_page(
      "<ListBucketResult><Contents><Key>a+b%20c</Key><Size>1</Size></Contents></ListBucketResult>");
  EXPECT_EQ(page.objects.at(0).key, "a+b%20c");
  EXPECT_EQ(page.next_token, "");
}

TEST(AnAnswer, ThatIsNotTheExpectedXmlAsksForAnotherTry) {
  for (const char* xml :
       {"", "<html>sign in</html>", "<ListBucketResult><Contents>", "\0\0",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
    try {
      read_list_page(xml);
      ADD_FAILURE() << xml;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::unavailable);
    }
  }
  EXPECT_THROW(read_upload_id("<InitiateMultipartUploadResult/>"), Error);
}

TEST(APage, OfUploadsHasTheirIdsAndTheMarkersOfTheNextPage) {
  const UploadPage page = read_upload_page(R"(<ListMultipartUploadsResult>
    <NextKeyMarker>d/b c</NextKeyMarker><NextUploadIdMarker>2~x</NextUploadIdMarker><IsTruncated>true</IsTruncated>
    <Upload><Key>d/a%2B+</Key><UploadId>2~w</UploadId><Initiated>2026-11-23T09:30:00.123Z</Initiated></Upload>
    </ListMultipartUploadsResult>)");
  ASSERT_EQ(page.uploads.size(), 1U);
  EXPECT_EQ(page.uploads[0].key, "d/a%2B+");
  EXPECT_EQ(page.uploads[0].id, "2~w");
  EXPECT_EQ(format_utc(page.uploads[0].begun_at), "2026-11-23T09:30:00Z");
  EXPECT_FALSE(page.is_last);
  EXPECT_EQ(page.next_key, "d/b c");
  EXPECT_EQ(page.next_id, "2~x");
  EXPECT_TRUE(read_upload_page("<ListMultipartUploadsResult/>").is_last);
}

TEST(APage, OfPartsHasTheirEtagsAndTheMarkerOfTheNextPage) {
  const PartPage page = read_part_page(R"(<ListPartsResult><NextPartNumberMarker>7</NextPartNumberMarker>
    <IsTruncated>true</IsTruncated><Part><PartNumber>7</PartNumber><ETag>&quot;5eb6&quot;</ETag><Size>12</Size></Part>
    </ListPartsResult>)");
  ASSERT_EQ(page.parts.size(), 1U);
  EXPECT_EQ(page.parts[0].number, 7);
  EXPECT_EQ(page.parts[0].size_bytes, 12);
  EXPECT_EQ(page.parts[0].etag, "5eb6");
  EXPECT_FALSE(page.is_last);
  EXPECT_EQ(page.next_marker, "7");
}

TEST(APage, OfUploadsOrPartsThatIsMalformedAsksForAnotherTry) {
  EXPECT_THROW(read_upload_page("<ListMultipartUploadsResult><Upload/></ListMultipartUploadsResult>"), Error);
  EXPECT_THROW(read_upload_page("<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
                                "</ListMultipartUploadsResult>"),
               Error);
  for (const char* part :
       {"<Part/>", "<Part><PartNumber>0</PartNumber><Size>1</Size></Part>",
        "<Part><PartNumber>1</PartNumber><Size>-1</Size></Part>", "<IsTruncated>true</IsTruncated>"})
    EXPECT_THROW(read_part_page(std::string("<ListPartsResult>") + part + "</ListPartsResult>"), Error)
        << part;
}

TEST(AProblem, HasTheStoresCodeAndTheRequestsId) {
  const StoreProblem problem = read_problem(
      "<Error><Code>NoSuchKey</Code><Message>gone\x1b[2J</Message><RequestId>tx1</RequestId></Error>");
  EXPECT_EQ(problem.code, "NoSuchKey");
  EXPECT_EQ(problem.message, "gone?[2J");
  EXPECT_EQ(problem.request_id, "tx1");
  EXPECT_EQ(read_problem("<html>").code, "");
  EXPECT_EQ(read_problem("<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>").code, "X");
}

TEST(TheEndOfAnUpload, ListsThePartsInOrderWhateverTheirEtagsContain) {
  EXPECT_EQ(complete_upload_text({"a", "<b>"}),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>\"&lt;b&gt;\"</ETag></Part></CompleteMultipartUpload>");
}

TEST(ATime, OfAHeaderIsReadToo) {
  EXPECT_EQ(format_utc(read_store_time("Mon, 23 Nov 2026 09:30:00 GMT")), "2026-11-23T09:30:00Z");
  EXPECT_EQ(to_unix(read_store_time("yesterday")), 0);
}

}  // namespace
}  // namespace trainyard
