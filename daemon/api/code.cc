#include "daemon/api/code.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "daemon/api/handlers.h"
#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_beside.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

std::string blob_path(const ApiSettings& settings, std::uint32_t uid, const std::string& digest) {
  return layout::uploaded_code(settings.state_dir, uid, digest);
}

void create_folder_of(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed) throw Error(ErrorKind::unavailable, folder.string() + ": " + failed.message());
}

Json blob_to_wire(const std::string& digest, std::int64_t size_bytes) {
  return {{"digest", digest}, {"size_bytes", size_bytes}};
}

// Writes what comes in beside its name and digests it on the way; the name appears when the digest is right.
class Upload : public Exchange {
 public:
  Upload(Api& api, RouteCall call)
      : api_(api), digest_(std::move(call.parameter)), most_bytes_(api.settings.max_code_bytes) {
    check_digest(digest_);
    check_size(call.head.announced_length.value_or(0));
    known_ = is_uploaded(api.settings, call.caller.owner.uid, digest_);
    std::string path = blob_path(api.settings, call.caller.owner.uid, digest_);
    if (known_) return;
    create_folder_of(path);
    file_ = std::make_shared<FileBeside>(path);
  }

  void add_body(std::string_view bytes) override {
    size_bytes_ += static_cast<std::int64_t>(bytes.size());
    check_size(size_bytes_);
    hash_.add(bytes);
    if (file_) write_all(file_->fd(), bytes);
  }

  void finish(Responder responder) override {
    if (std::string found = hash_.hex(); found != digest_)
      throw Error(ErrorKind::invalid,
                  "code: the bytes that came have the digest " + found + ", not " + digest_);
    Json answer = blob_to_wire(digest_, size_bytes_);
    if (known_) return responder.send(json_response(answer, 200));
    // fsync may take its time: not on the loop.
    api_.io.run(
        [file = std::move(file_)] {
          file->commit();
          return true;
        },
        [responder, answer](bool) { responder.send(json_response(answer, 201)); },
        [responder](const std::exception_ptr& error) { responder.fail(error); });
  }

 private:
  void check_size(std::int64_t bytes) const {
    if (bytes > most_bytes_)
      throw Error(ErrorKind::invalid,
                  "code: larger than the " + format_size(most_bytes_) + " that daemon.max_code_size allows");
  }

  Api& api_;
  std::string digest_;
  std::int64_t most_bytes_;
  bool known_ = false;
  std::shared_ptr<FileBeside> file_;
  Sha256 hash_;
  std::int64_t size_bytes_ = 0;
};

}  // namespace

void check_digest(const std::string& digest) {
  if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(ErrorKind::invalid, "\"" + digest + "\" is no SHA-256 in lower-case hex");
}

bool is_uploaded(const ApiSettings& settings, std::uint32_t uid, const std::string& digest) {
  check_digest(digest);
  struct stat found {};
  return ::stat(blob_path(settings, uid, digest).c_str(), &found) == 0;
}

void find_code(Api& api, RouteCall& call, const Responder& responder) {
  check_digest(call.parameter);
  struct stat found {};
  std::string path = blob_path(api.settings, call.caller.owner.uid, call.parameter);
  if (::stat(path.c_str(), &found) != 0)
    throw Error(ErrorKind::not_found, "code: " + call.parameter + " was not uploaded");
  responder.send(json_response(blob_to_wire(call.parameter, found.st_size)));
}

std::unique_ptr<Exchange> upload_code(Api& api, RouteCall call) {
  return std::make_unique<Upload>(api, std::move(call));
}

}  // namespace trainyard
