#include "daemon/base/copy_contents.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/fd.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

class Contents : public testing::Test {
 protected:
  UniqueFd file(const std::string& name) const {
    return open_file(directory_.file(name), O_RDWR | O_CREAT | O_TRUNC);
  }

  // The bytes of a copy, and the bytes that the copy takes on disk.
  struct Copy {
    std::string bytes;
    std::int64_t size_on_disk;
  };

  Copy copy_of(const UniqueFd& from) const {
    const UniqueFd to = file("copy");
    copy_contents(from.get(), to.get(), "from");
    struct stat status {};
    EXPECT_EQ(::fstat(to.get(), &status), 0);
    return {read_file(directory_.file("copy")), status.st_blocks * 512};
  }

  TemporaryDirectory directory_;
};

TEST_F(Contents, OfAnEmptyFileAreNothing) { EXPECT_EQ(copy_of(file("from")).bytes, ""); }

TEST_F(Contents, AreCopiedFromTheBeginningWhereverTheSourceStands) {
  const UniqueFd from = file("from");
  const std::string bytes(3'000'001, 'x');
  write_all(from.get(), bytes);
  EXPECT_EQ(copy_of(from).bytes, bytes);
}

TEST_F(Contents, KeepTheirHolesBeforeBetweenAndBehindTheData) {
  const UniqueFd from = file("from");
  std::string bytes(16 << 20, '\0');
  for (const off_t offset : {off_t{4} << 20, off_t{10} << 20}) {
    ASSERT_EQ(::pwrite(from.get(), "data", 4, offset), 4);
    bytes.replace(static_cast<std::size_t>(offset), 4, "data");
  }
  ASSERT_EQ(::ftruncate(from.get(), off_t{16} << 20), 0);
  const Copy copy = copy_of(from);
  EXPECT_EQ(copy.bytes, bytes);
  EXPECT_LT(copy.size_on_disk, 1 << 20);
}

TEST_F(Contents, OfAHoleAloneTakeNoSpace) {
  const UniqueFd from = file("from");
  ASSERT_EQ(::ftruncate(from.get(), 5 << 20), 0);
  const Copy copy = copy_of(from);
  EXPECT_EQ(copy.bytes, std::string(5 << 20, '\0'));
  EXPECT_EQ(copy.size_on_disk, 0);
}

}  // namespace
}  // namespace trainyard
