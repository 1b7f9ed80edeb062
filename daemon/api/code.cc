// Code that users upload. It is kept in the user's own part of scratch; on its way there it lies in a file
// without a name in the daemon's state directory, because a file system of the user's may hang.
#include "daemon/api/code.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/api/handlers.h"
#include "daemon/base/digest.h"
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

// The same file, to be read only: a user's process may do with its descriptor what it likes.
UniqueFd for_reading(const UniqueFd& file) {
  return open_file("/proc/self/fd/" + std::to_string(file.get()), O_RDONLY);
}

// The user's process may keep its descriptor for as long as it likes: it then holds no space on the daemon's
// disk.
void empty_and_close(const UniqueFd* file) {
  if (::ftruncate(file->get(), 0) != 0) log_warning("event=upload_not_emptied errno={}", errno);
  delete file;
}

// Digests what comes in on the way.
class Upload : public Exchange {
 public:
  Upload(Api& api, RouteCall call)
      : api_(api),
        caller_(std::move(call.caller)),
        digest_(std::move(call.parameter)),
        most_bytes_(api.settings.max_code_bytes) {
    check_digest(digest_);
    check_size(call.head.announced_length.value_or(0));
    file_ = std::shared_ptr<UniqueFd>(
        new UniqueFd(open_file(api.settings.state_dir, O_TMPFILE | O_RDWR, 0600)), empty_and_close);
  }

  void add_body(std::string_view bytes) override {
    size_bytes_ += static_cast<std::int64_t>(bytes.size());
    check_size(size_bytes_);
    hash_.add(bytes);
    write_all(file_->get(), bytes);
  }

  void finish(Responder responder) override {
    if (std::string found = hash_.hex(); found != digest_)
      throw Error(ErrorKind::invalid,
                  "code: the bytes that came have the digest " + found + ", not " + digest_);
    ScratchPlace scratch = api_.driver.scratch_of(caller_.owner, caller_.home);
    api_.lanes.run(
        lane_key(caller_.owner.uid, StepLane::files),
        [file = file_, &users = api_.users, uid = caller_.owner.uid, scratch, digest = digest_] {
          std::unique_ptr<UserFiles> files = users.files_of(uid, scratch);
          bool is_new = !files->find_code(digest);
          if (is_new) files->keep_code(digest, for_reading(*file));
          return is_new;
        },
        [responder, answer = blob_to_wire(digest_, size_bytes_)](bool is_new) {
          responder.send(json_response(answer, is_new ? 201 : 200));
        },
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
  std::shared_ptr<UniqueFd> file_;
  Sha256 hash_;
  std::int64_t size_bytes_ = 0;
};

}  // namespace

void check_digest(const std::string& digest) {
  if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(ErrorKind::invalid, "\"" + digest + "\" is no SHA-256 in lower-case hex");
}

void find_code(Api& api, RouteCall& call, const Responder& responder) {
  check_digest(call.parameter);
  ScratchPlace scratch = api.driver.scratch_of(call.caller.owner, call.caller.home);
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
