// Fuzz target: what an object store answers, and a user's file of credentials. The first byte chooses which
// it is.
#include "daemon/base/credentials_file.h"
#include "daemon/base/printable.h"
#include "plugins/s3/failure.h"
#include "plugins/s3/uri.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

namespace {

void read_page(const std::string& text) {
  for (const ListedObject& object : read_list_page(text).objects) {
    require(!object.key.empty() && object.size_bytes >= 0);
    require(decode_component(encode_component(object.key)) == object.key);
  }
}

void read_uploads(const std::string& text) {
  for (const UploadPage::Upload& upload : read_upload_page(text).uploads)
    require(!upload.key.empty() && !upload.id.empty());
}

void read_parts(const std::string& text) {
  for (const PartPage::Part& part : read_part_page(text).parts)
    require(part.number > 0 && part.size_bytes >= 0);
}

// The message of a failure is shown on terminals and written to logs.
void read_failure(const std::string& text) {
  Answer answer;
  answer.status = 403;
  answer.headers = {{"date", text}, {"x-amz-request-id", text}, {"x-amz-bucket-region", text}};
  answer.body = text;
  const Failure failure = failure_of({}, answer, {"store", "keys"});
  require(printable(failure.message) == failure.message);
}

void read_keys(const std::string& text) {
  const Credentials read = parse_credentials(text, "credentials");
  require(parse_credentials(credentials_text(read), "credentials") == read);
}

void read(char kind, const std::string& text) {
  switch (kind % 7) {
    case 0:
      return read_page(text);
    case 1:
      return read_failure(text);
    case 2:
      read_upload_id(text);
      return;
    case 3:
      read_store_time(text);
      return;
    case 5:
      return read_uploads(text);
    case 6:
      return read_parts(text);
    default:
      return read_keys(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string text = text_of(bytes + 1, size - 1);
  accepts([&] {
    try {
      read(static_cast<char>(bytes[0] & 0x7f), text);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unavailable) throw;  // an answer that is spoilt is asked for again
    }
  });
  return 0;
}
