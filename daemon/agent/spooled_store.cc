#include "daemon/agent/spooled_store.h"

#include <unistd.h>

#include <cerrno>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

class SpooledReader final : public ObjectReader {
 public:
  SpooledReader(const std::string& path, std::string url, std::int64_t offset)
      : url_(std::move(url)), file_(open_regular_file(path)) {
    if (offset > 0 && ::lseek(file_.get(), offset, SEEK_SET) < 0) throw_errno(url_);
  }

  std::size_t read(char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::read(file_.get(), buffer, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw_errno(url_);
    }
  }

 private:
  std::string url_;
  UniqueFd file_;
};

class SpooledStore final : public ObjectStore {
 public:
  explicit SpooledStore(std::function<std::string(const std::string& url)> path_of)
      : path_of_(std::move(path_of)) {}

  std::unique_ptr<ObjectReader> open(const Object& object, std::int64_t offset) override {
    return std::make_unique<SpooledReader>(path_of_(object.url), object.url, offset);
  }
  std::string local_path(const Object& object) override { return path_of_(object.url); }
  void list_each(const std::string& url, const std::function<void(Object)>&) override { refuse(url); }
  void fetch_all(const std::function<std::optional<Fetch>()>&) override { refuse("fetch"); }
  std::optional<Object> find(const std::string& url) override { refuse(url); }
  bool has_contents(const Object& object, const std::string&) override { refuse(object.url); }
  Object put_file(const std::string& folder, const std::string&, const std::string&,
                  const BytesStored&) override {
    refuse(folder);
  }
  Object put_bytes(const std::string& folder, const std::string&, std::string_view) override {
    refuse(folder);
  }
  void remove(const std::string& folder, const std::string&) override { refuse(folder); }
  void remove_unfinished(const std::string& url) override { refuse(url); }

 private:
  [[noreturn]] static void refuse(const std::string& what) {
    throw Error(ErrorKind::internal, what + ": fetched objects can only be opened");
  }

  std::function<std::string(const std::string& url)> path_of_;
};

}  // namespace

std::unique_ptr<ObjectStore> make_spooled_store(std::function<std::string(const std::string& url)> path_of) {
  return std::make_unique<SpooledStore>(std::move(path_of));
}

}  // namespace trainyard
