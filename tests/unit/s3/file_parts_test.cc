// Etags of files, as S3 computes them.
#include "plugins/s3/file_parts.h"

#include <gtest/gtest.h>

#include "daemon/base/fd.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

constexpr const char* md5_of_0123456789 = "781e5e245d69b566979b86e28d23f2c7";
// The MD5 of the MD5s of 0123, 4567 and 89.
constexpr const char* md5_of_three_parts = "61e3716e3a7767581863b67c4e785584-3";

class AFile : public testing::Test {
 protected:
  AFile() { write_atomically(path_, "0123456789"); }
  bool has(const std::string& etag, std::int64_t part_bytes = 64) const {
    return has_etag(open_regular_file(path_).get(), path_, 10, etag, {part_bytes, 100});
  }

  TemporaryDirectory folder_;
  const std::string path_ = folder_.file("f");
};

TEST_F(AFile, HasTheEtagOfItsBytes) {
  EXPECT_TRUE(has(md5_of_0123456789));
  EXPECT_FALSE(has("781e5e245d69b566979b86e28d23f2c8"));
}

TEST_F(AFile, HasTheEtagOfItsParts) {
  EXPECT_TRUE(has(md5_of_three_parts, 4));
  EXPECT_FALSE(has(md5_of_three_parts, 5));
  EXPECT_FALSE(has(std::string("0") + (md5_of_three_parts + 1), 4));
}

TEST_F(AFile, DoesNotHaveAnEtagThatIsNoMd5) {
  for (const char* etag : {"", "-1", "3", "abc-3", "encrypted"}) EXPECT_FALSE(has(etag, 4)) << etag;
}

TEST_F(AFile, IsDividedIntoParts) {
  const std::vector<FilePart> parts = parts_of(0, path_, 10, {4, 100});
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[2].offset, 8);
  EXPECT_EQ(parts[2].size_bytes, 2);
  EXPECT_EQ(parts_of(0, path_, 10, {1, 2}).size(), 2U);
  EXPECT_EQ(parts_of(0, path_, 0).size(), 1U);
}

TEST(TheEtagOfParts, IsUnknownIfOneOfTheirsIsNoMd5) {
  EXPECT_EQ(etag_of_parts({md5_of_0123456789, "x"}), "");
}

}  // namespace
}  // namespace trainyard
