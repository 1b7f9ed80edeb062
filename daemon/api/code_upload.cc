// The routes for code that users upload. The code is kept in the user's own part of scratch. Until the user's
// deputy has stored it there, it is in a file without a name (O_TMPFILE) in the daemon's state directory,
// because the user's file system might hang.
#include "daemon/api/code_upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>

#include "daemon/api/handlers.h"
#include "daemon/base/digest.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

Json blob_to_wire(const std::string& digest, std::int64_t size_bytes) {
  return {{"digest", digest}, {"size_bytes", size_bytes}};
}

// Returns a second, read-only descriptor of the file: the user's process gets this one and cannot write with
// it.
UniqueFd for_reading(const UniqueFd& file) {
  return open_file("/proc/self/fd/" + std::to_string(file.get()), O_RDONLY);
}

// An upload in a file without a name. The user's process can keep its descriptor of the file open for as long
// as it likes. The destructor therefore empties the file, so that it takes no space on the daemon's disk.
// Emptying a large file takes a while, so the object must not be destroyed on the loop.
class SpooledFile {
 public:
  SpooledFile(const std::string& state_dir, std::shared_ptr<std::atomic<std::int64_t>> of_user)
      : file_(open_file(state_dir, O_TMPFILE | O_RDWR, 0600)), of_user_(std::move(of_user)) {}
  ~SpooledFile() {
    if (disk().truncate(file_.get(), 0) != 0) log_warning("event=upload_not_emptied errno={}", errno);
    *of_user_ -= size_bytes_;
  }
  SpooledFile(const SpooledFile&) = delete;
  SpooledFile& operator=(const SpooledFile&) = delete;

  void add(std::string_view bytes) {
    size_bytes_ += static_cast<std::int64_t>(bytes.size());
    *of_user_ += static_cast<std::int64_t>(bytes.size());
    write_file(file_.get(), bytes, "code");
  }

  const UniqueFd& fd() const { return file_; }
  std::int64_t size_bytes() const { return size_bytes_; }
  std::int64_t size_bytes_of_user() const { return *of_user_; }

 private:
  UniqueFd file_;
  std::shared_ptr<std::atomic<std::int64_t>> of_user_;
  std::int64_t size_bytes_ = 0;
};

std::shared_ptr<SpooledFile> spooled_file(Api& api, std::uint32_t uid) {
  auto& of_user = api.uploading[uid];
  if (!of_user) of_user = std::make_shared<std::atomic<std::int64_t>>(0);
  return std::make_shared<SpooledFile>(api.settings.state_dir, of_user);
}

// Receives an upload and computes its digest while the bytes arrive.
class Upload : public Exchange {
 public:
  Upload(Api& api, RouteCall call)
      : api_(api),
        caller_(std::move(call.caller)),
        digest_(std::move(call.parameter)),
        most_bytes_(api.settings.max_code_bytes) {
    check_digest(digest_);
    check_size(call.head.announced_length.value_or(0));
    file_ = spooled_file(api_, caller_.owner.uid);
  }

  ~Upload() override {
    if (file_)
      api_.io.run([file = std::move(file_)] { return file.use_count() > 0; }, [](bool) {},
                  [](const std::exception_ptr&) {});
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void add_body(std::string_view bytes) override {
    file_->add(bytes);
    check_size(file_->size_bytes());
    if (file_->size_bytes_of_user() > most_bytes_)
      throw Error(ErrorKind::unavailable,
                  "code: other uploads of yours are under way; try again when they are over");
    hash_.add(bytes);
  }

  void finish(Responder responder) override {
    if (std::string found = hash_.hex(); found != digest_)
      throw Error(ErrorKind::invalid,
                  "code: the bytes that came have the digest " + found + ", not " + digest_);
    ScratchPlace scratch = api_.driver.acceptance().scratch_of(caller_.owner, caller_.home);
    const Json answer = blob_to_wire(digest_, file_->size_bytes());
    api_.lanes.run(
        lane_key(caller_.owner.uid, StepLane::files),
        [file = std::move(file_), &users = api_.users, uid = caller_.owner.uid, scratch, digest = digest_,
         most_bytes = api_.settings.max_code_bytes_per_user,
         in_use = api_.driver.code_in_use(caller_.owner.uid)] {
          std::unique_ptr<UserFiles> files = users.files_of(uid, scratch);
          if (files->find_code(digest)) return false;
          files->remove_unused_code(in_use);
          files->keep_code(digest, for_reading(file->fd()), most_bytes);
          return true;
        },
        [responder, answer](bool is_new) { responder.send(json_response(answer, is_new ? 201 : 200)); },
        [responder](const std::exception_ptr& error) { responder.fail(error); });
  }

 private:
  void check_size(std::int64_t bytes) const {
    if (bytes > most_bytes_)
      throw Error(ErrorKind::invalid,
                  "code: larger than the " + format_size(most_bytes_) + " that daemon.max_code_size allows");
  }

  Api& api_;
  Caller caller_;
  std::string digest_;
  std::int64_t most_bytes_;
  std::shared_ptr<SpooledFile> file_;
  Sha256 hash_;
};

}  // namespace

void check_digest(const std::string& digest) {
  if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(ErrorKind::invalid, "\"" + digest + "\" is no SHA-256 in lower-case hex");
}

void find_code(Api& api, RouteCall& call, const Responder& responder) {
  check_digest(call.parameter);
  ScratchPlace scratch = api.driver.acceptance().scratch_of(call.caller.owner, call.caller.home);
  api.lanes.run(
      lane_key(call.caller.owner.uid, StepLane::files),
      [&users = api.users, uid = call.caller.owner.uid, scratch, digest = call.parameter] {
        std::optional<std::int64_t> size = users.files_of(uid, scratch)->find_code(digest);
        if (!size) throw Error(ErrorKind::not_found, "code: " + digest + " was not uploaded");
        return *size;
      },
      [responder, digest = call.parameter](std::int64_t size) {
        responder.send(json_response(blob_to_wire(digest, size)));
      },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

std::unique_ptr<Exchange> upload_code(Api& api, RouteCall call) {
  return std::make_unique<Upload>(api, std::move(call));
}

}  // namespace trainyard
