// Multipart uploads that were killed, and whose answers were lost.
#include "plugins/s3/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/text.h"
#include "plugins/s3/upload.h"
#include "tests/integration/s3/bucket.h"
#include "tests/integration/s3/fault_proxy.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr UploadSizes small_parts{std::int64_t{5} << 20};

// A file of five parts. A proxy notes the parts that are sent.
class AMultipartUpload : public ::testing::Test {
 protected:
  Object upload(const std::string& key = "large") {
    return upload_file(client_, bucket_.name, key, file_.get(), path_, {}, small_parts);
  }

  // Sends some parts of these bytes, as an upload that is killed then.
  void send_some_parts(const std::string& bytes, std::size_t count) {
    const std::string path = bucket_.directory.file("earlier");
    write_atomically(path, bytes);
    const UniqueFd file = open_regular_file(path);
    std::vector<FilePart> parts =
        parts_of(file.get(), path, static_cast<std::int64_t>(bytes.size()), small_parts);
    parts.resize(count);
    PartDigests digests(parts);
    S3Client direct(access_to_sandbox());
    MultipartUpload(direct, bucket_.name, "large").send(parts, digests, {});
  }

  // Returns the keys of uploads that are neither complete nor aborted.
  std::vector<std::string> unfinished() {
    Request request;
    request.bucket = bucket_.name;
    request.query = {{"uploads", ""}};
    std::vector<std::string> keys;
    for (const UploadPage::Upload& upload : read_upload_page(client_.perform(request).body).uploads)
      keys.push_back(upload.key);
    return keys;
  }

  // Returns the numbers of the parts that were sent through the proxy.
  std::vector<std::string> parts_sent() const {
    const std::string before_number = "partNumber=";
    std::vector<std::string> numbers;
    for (const std::string& line : split(read_file(log_), '\n'))
      if (const std::size_t at = line.find(before_number);
          line.starts_with("PUT ") && at != std::string::npos)
        numbers.push_back(line.substr(at + before_number.size(), 1));
    return numbers;
  }

  StoreAccess access() const {
    StoreAccess access = access_to_sandbox();
    access.settings.endpoint = proxy_.endpoint();
    return access;
  }

  Bucket bucket_;
  const std::string bytes_ = bytes_of_size((23 << 20) + 7), path_ = bucket_.directory.file("local");
  const std::string log_ = bucket_.directory.file("log");
  FaultProxy proxy_{access_to_sandbox().settings.endpoint.substr(7), 1, 0, log_};
  S3Client client_{access()};
  const UniqueFd file_ = [this] {
    write_atomically(path_, bytes_);
    return open_regular_file(path_);
  }();
};

TEST_F(AMultipartUpload, ThatWasKilledGoesOnWithThePartsThatAreMissing) {
  send_some_parts(bytes_, 2);
  const Object object = upload();
  EXPECT_THAT(parts_sent(), UnorderedElementsAre("3", "4", "5"));
  EXPECT_EQ(bucket_.read(object) == bytes_, true);
  EXPECT_THAT(unfinished(), IsEmpty());
}

TEST_F(AMultipartUpload, OfAFileThatHasChangedSinceSendsItsPartsAgain) {
  std::string earlier = bytes_;
  earlier[0] ^= 1;
  send_some_parts(earlier, 2);
  EXPECT_EQ(bucket_.read(upload()) == bytes_, true);
  EXPECT_THAT(parts_sent(), UnorderedElementsAre("1", "3", "4", "5"));
}

TEST_F(AMultipartUpload, AbortsOlderOnesOfTheSameKey) {
  for (int i = 0; i < 3; ++i) {
    Request request;
    request.method = "POST";
    request.bucket = bucket_.name;
    request.key = i < 2 ? "large" : "large too";
    request.query = {{"uploads", ""}};
    client_.perform(request);
  }
  upload();
  EXPECT_THAT(unfinished(), UnorderedElementsAre("large too"));
  bucket_.store->remove_unfinished(bucket_.url("lar"));
  EXPECT_THAT(unfinished(), IsEmpty());
}

TEST_F(AMultipartUpload, WhoseLastAnswerIsLostIsComplete) {
  proxy_.lose_answer_to("POST /" + bucket_.name + "/large?uploadId=");
  const Object object = upload();
  EXPECT_EQ(bucket_.read(object) == bytes_, true);
  EXPECT_THAT(unfinished(), IsEmpty());
}

// The store lists the upload, but answers that it has none when it is asked for the parts.
TEST_F(AMultipartUpload, ThatIsListedButGoneIsBegunAnew) {
  send_some_parts(bytes_, 2);
  proxy_.lose_answer_to("GET /" + bucket_.name + "/large?uploadId=");
  EXPECT_EQ(bucket_.read(upload()) == bytes_, true);
  EXPECT_THAT(parts_sent(), UnorderedElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(AMultipartUpload, ThatSomebodyAbortsIsNotComplete) {
  std::vector<FilePart> parts =
      parts_of(file_.get(), path_, static_cast<std::int64_t>(bytes_.size()), small_parts);
  PartDigests digests(parts);
  S3Client impatient(access(), {{1ms, 10ms, 3}, 5, 5});
  MultipartUpload upload(impatient, bucket_.name, "large");
  upload.send(parts, digests, {});
  upload.abort();
  const Error error = error_of([&] { upload.complete(static_cast<std::int64_t>(bytes_.size())); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.what(), HasSubstr("POST " + bucket_.url("large")));
}

TEST_F(AMultipartUpload, OfAFileThatIsChangedMeanwhileIsAnError) {
  bool is_changed = false;
  const BytesStored change = [&](std::int64_t) {
    if (std::exchange(is_changed, true)) return;
    const UniqueFd file = open_file(path_, O_WRONLY | O_APPEND);
    write_all(file.get(), "more");
  };
  const Error error =
      error_of([&] { upload_file(client_, bucket_.name, "large", file_.get(), path_, change, small_parts); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.what(), HasSubstr(path_ + ": was changed while it was stored"));
  EXPECT_FALSE(bucket_.store->find(bucket_.url("large")));
}

}  // namespace
}  // namespace trainyard
