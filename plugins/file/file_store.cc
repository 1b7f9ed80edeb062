#include "plugins/file/file_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "daemon/base/copy_contents.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_version.h"
#include "plugins/file/own_file.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

// Throws an Error for errno. Its message has the URL and not the path, because the user wrote the URL.
[[noreturn]] void throw_errno_of(const std::string& url) { throw_errno(url); }

std::string etag_of(const struct stat& status) {
  return fmt::format("{:x}-{:x}-{:x}", status.st_ino, status.st_size,
                     status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
}

Object describe(const std::string& url, const std::string& key, const struct stat& status) {
  Object object;
  object.url = url;
  object.key = key;
  object.size_bytes = status.st_size;
  object.etag = etag_of(status);
  object.modified_at = from_unix(status.st_mtim.tv_sec);
  return object;
}

std::string with_slash(const std::string& url) { return url.ends_with('/') ? url : url + '/'; }

bool is_put_under_way(const std::string& name) {
  constexpr std::size_t suffix = std::string_view(".tmp-XXXXXX").size();
  return name.size() > suffix && name.compare(name.size() - suffix, 5, ".tmp-") == 0;
}

struct stat status_of(int fd, const std::string& url) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno_of(url);
  return status;
}

[[noreturn]] void throw_changed(const std::string& url) {
  throw Error(ErrorKind::invalid, url + ": has changed since it was listed");
}

// Opens the object's file. Throws Error{invalid} if the file was changed or replaced since the object was
// listed.
UniqueFd open_object(const Object& object) {
  UniqueFd fd;
  try {
    fd = open_regular_file(path_of(object.url));
  } catch (const Error& e) {
    throw Error(e.kind(), object.url + ": " + e.what());
  }
  if (etag_of(status_of(fd.get(), object.url)) != object.etag) throw_changed(object.url);
  return fd;
}

// Reads both files from their beginnings. `url` is for error messages.
bool has_same_bytes(int one, int other, const std::string& url) {
  std::vector<char> bytes(1 << 20), others(1 << 20);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(one, bytes.data(), bytes.size(), at);
    if (got < 0) throw_errno_of(url);
    if (got == 0) return true;
    const ssize_t got_too = ::pread(other, others.data(), static_cast<std::size_t>(got), at);
    if (got_too != got || std::memcmp(bytes.data(), others.data(), static_cast<std::size_t>(got)) != 0)
      return false;
    at += got;
  }
}

class FileReader final : public ObjectReader {
 public:
  FileReader(const Object& object, std::int64_t offset)
      : url_(object.url), etag_(object.etag), fd_(open_object(object)) {
    if (offset > 0 && ::lseek(fd_.get(), offset, SEEK_SET) < 0) throw_errno_of(url_);
  }

  std::size_t read(char* buffer, std::size_t size) override {
    for (;;) {
      ssize_t got = ::read(fd_.get(), buffer, size);
      if (got == 0) check_unchanged();
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw_errno_of(url_);
    }
  }

  // Throws Error{invalid} if the file was changed since it was opened.
  void check_unchanged() const {
    if (etag_of(status_of(fd_.get(), url_)) != etag_) throw_changed(url_);
  }

 private:
  std::string url_, etag_;
  UniqueFd fd_;
};

// Lists the files of a folder and of all folders below it, in the order of their keys. Memory has the names
// in the current folder and in those above it, but no list of all objects.
class Listing {
 public:
  Listing(std::string url, const std::function<void(Object)>& each) : url_(std::move(url)), each_(each) {}

  void list_folder(int parent, const std::string& name, const std::string& key, int depth = 0) {
    if (depth > most_folders_deep)
      throw Error(ErrorKind::invalid, url_ + key + ": folders are nested deeper than " +
                                          std::to_string(most_folders_deep) + " levels");
    const UniqueFd folder(
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth > 0 ? O_NOFOLLOW : 0)));
    if (!folder) throw_errno_of(url_ + key);
    for (const std::string& entry : sorted_entries(folder.get(), key)) {
      if (entry.back() == '/')
        list_folder(folder.get(), entry.substr(0, entry.size() - 1), key + entry, depth + 1);
      else
        tell(folder.get(), entry, key + entry);
    }
  }

  bool is_empty() const { return empty_; }

 private:
  static constexpr int most_folders_deep = 200;  // each level keeps a file descriptor open

  // Returns the sorted names in a folder. Names of folders end with a slash, so that the order is that of the
  // keys.
  std::vector<std::string> sorted_entries(int folder, const std::string& key) const {
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    if (!entries) throw_errno_of(url_ + key);
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(entries.get());
      if (entry == nullptr && errno != 0) throw_errno_of(url_ + key);
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name.front() == '.' || is_put_under_way(name)) continue;
      names.push_back(is_folder(folder, *entry) ? name + '/' : name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  static bool is_folder(int parent, const dirent& entry) {
    struct stat status {};
    if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
    return ::fstatat(parent, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
  }

  // Calls `each_` with the file `name` as an Object. Ignores a file that was removed meanwhile, a link to
  // nothing, and what is not a regular file.
  void tell(int folder, const std::string& name, const std::string& key) {
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, 0) != 0) {
      if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR) return;
      throw_errno_of(url_ + key);
    }
    if (!S_ISREG(status.st_mode)) return;
    empty_ = false;
    each_(describe(url_ + key, key, status));
  }

  std::string url_;
  const std::function<void(Object)>& each_;
  bool empty_ = true;
};

class FileStore final : public ObjectStore {
 public:
  void list_each(const std::string& url, const std::function<void(Object)>& each) override {
    const fs::path path = path_of(url);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) throw_errno_of(url);
    if (S_ISREG(status.st_mode)) return each(describe(url, path.filename(), status));
    if (!S_ISDIR(status.st_mode)) throw Error(ErrorKind::invalid, url + ": is neither a file nor a folder");
    Listing listing(with_slash(url), each);
    listing.list_folder(AT_FDCWD, path, "");
    if (listing.is_empty()) throw Error(ErrorKind::not_found, url + ": an empty folder");
  }

  std::string local_path(const Object& object) override {
    open_object(object);
    return path_of(object.url);
  }

  std::unique_ptr<ObjectReader> open(const Object& object, std::int64_t offset) override {
    return std::make_unique<FileReader>(object, offset);
  }

  void fetch_all(const std::function<std::optional<Fetch>()>& next) override {
    while (const std::optional<Fetch> fetch = next()) {
      read_part(*fetch);
      if (fetch->done) fetch->done();
    }
  }

  std::optional<Object> find(const std::string& url) override {
    const fs::path path = path_of(url);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
      throw_errno_of(url);
    }
    if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::invalid, url + ": is not a file");
    return describe(url, path.filename(), status);
  }

  bool has_contents(const Object& object, const std::string& local_path) override {
    const UniqueFd file = open_regular_file(local_path);
    if (status_of(file.get(), local_path).st_size != object.size_bytes) return false;
    return has_same_bytes(open_object(object).get(), file.get(), object.url);
  }

  Object put_file(const std::string& folder, const std::string& key, const std::string& local_path,
                  const BytesStored& stored) override {
    const UniqueFd from = open_regular_file(local_path);
    const FileVersion version = version_of(from.get(), local_path);
    Object object = put(folder, key, [&](int to) {
      copy_contents(from.get(), to, local_path);
      check_unchanged(from.get(), local_path, version);
    });
    if (stored) stored(object.size_bytes);
    return object;
  }

  Object put_bytes(const std::string& folder, const std::string& key, std::string_view bytes) override {
    return put(folder, key, [&](int to) { write_file(to, bytes, key); });
  }

  void remove(const std::string& folder, const std::string& key) override {
    const std::string base = with_slash(folder);
    try {
      remove_own_file(base, key);
    } catch (const Error& e) {
      throw Error(e.kind(), "remove " + base + key + ": " + e.what());
    }
  }

  // The temporary file of a put that was killed cannot be told from an object that a user has named so.
  void remove_unfinished(const std::string&) override {}

 private:
  static void read_part(const Fetch& fetch) {
    FileReader reader(fetch.object, fetch.offset);
    std::vector<char> buffer(1 << 20);
    for (std::int64_t left = fetch.size_bytes; left > 0;) {
      const std::size_t got =
          reader.read(buffer.data(), std::min(buffer.size(), static_cast<std::size_t>(left)));
      if (got == 0) throw_changed(fetch.object.url);
      fetch.sink({buffer.data(), got});
      left -= static_cast<std::int64_t>(got);
    }
    reader.check_unchanged();
  }

  template <class Write>
  static Object put(const std::string& folder, const std::string& key, const Write& write) {
    const std::string base = with_slash(folder);
    try {
      OwnFile file(base, key);
      write(file.fd());
      return describe(base + key, fs::path(key).filename(), file.commit());
    } catch (const Error& e) {
      throw Error(e.kind(), "put " + base + key + ": " + e.what());
    }
  }
};

}  // namespace

std::unique_ptr<ObjectStore> make_file_store() { return std::make_unique<FileStore>(); }

}  // namespace trainyard
