#include "daemon/base/credentials_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

std::string mistake_in(const std::string& text) {
  try {
    parse_credentials(text, "f");
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

TEST(Credentials, AreReadFromTheFormatOfAmazonsTools) {
  const Credentials read = parse_credentials(
      "# keys\n\n[default]\naws_access_key_id = A\naws_secret_access_key=s/+=1 \nregion = eu\n[ work ]\r\n"
      "aws_access_key_id=B\naws_secret_access_key=t\naws_session_token = u==\n[empty]\nrole_arn = x\n",
      "f");
  EXPECT_EQ(read, (Credentials{{"default", {"A", "s/+=1", ""}}, {"work", {"B", "t", "u=="}}}));
  EXPECT_EQ(parse_credentials(credentials_text(read), "f"), read);
}

TEST(Credentials, ThatAreWrongAreNamedByTheirLineAndNotByTheirValue) {
  EXPECT_EQ(mistake_in("\naws_access_key_id = A"), "f:2: this line comes before the first [name]");
  EXPECT_EQ(mistake_in("[a\n"), "f:1: this line must be [name]");
  EXPECT_EQ(mistake_in("[a]\nsecret\n"), "f:2: this line must be \"key = value\" or \"[name]\"");
  EXPECT_EQ(mistake_in("[a]\naws_access_key_id = A\n"), "f: section [a] has no aws_secret_access_key");
  EXPECT_EQ(mistake_in(std::string("[a]\naws_secret_access_key = x\x01y\n")),
            "f:2: this line has a value with control characters");
}

TEST(AFileOfCredentials, IsWrittenForItsOwnerAloneAndReadAgain) {
  TemporaryDirectory directory;
  const std::string path = directory.file("credentials");
  EXPECT_EQ(read_credentials(path), Credentials{});
  write_credentials(path, {{"a", {"A", "s", ""}}});
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(read_credentials(path).at("a").secret_key, "s");
}

// In a child process, because the setting stays.
TEST(AFileOfCredentials, KeepsItsReaderOutOfCoreDumps) {
  TemporaryDirectory directory;
  const std::string path = directory.file("credentials");
  write_atomically(path, "[a]\naws_access_key_id = A\naws_secret_access_key = s\n", 0600);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_DUMPABLE, 1);
    read_credentials(path);
    ::_exit(::prctl(PR_GET_DUMPABLE));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(AFileOfCredentials, ThatOthersCouldReadIsRefusedWithTheRemedy) {
  TemporaryDirectory directory;
  const std::string path = directory.file("credentials");
  write_atomically(path, "[a]\n", 0640);
  try {
    read_credentials(path);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied);
    EXPECT_THAT(e.what(), HasSubstr("chmod 600"));
  }
}

}  // namespace
}  // namespace trainyard
