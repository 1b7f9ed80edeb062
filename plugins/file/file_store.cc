#include "plugins/file/file_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_beside.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

std::string path_of(const std::string& url) {
  constexpr std::string_view scheme = "file://";
  if (url.compare(0, scheme.size() + 1, "file:///") != 0 || url.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid, url + ": not a file:// URL with a whole path; write file:///folder/name");
  return url.substr(scheme.size());
}

// What errno says about a path, said about the URL a person knows.
[[noreturn]] void throw_errno_of(const std::string& url) { throw_errno(url); }

Object describe(const std::string& url, const std::string& key, const struct stat& status) {
  Object object;
  object.url = url;
  object.key = key;
  object.size_bytes = status.st_size;
  object.etag = fmt::format("{:x}-{:x}-{:x}", status.st_ino, status.st_size,
                            status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
  object.modified_at = from_unix(status.st_mtim.tv_sec);
  return object;
}

Object describe_file(const std::string& url, const std::string& key) {
  struct stat status {};
  if (::stat(path_of(url).c_str(), &status) != 0) throw_errno_of(url);
  return describe(url, key, status);
}

bool is_put_under_way(const std::string& name) {
  constexpr std::size_t suffix = std::string_view(".tmp-XXXXXX").size();
  return name.size() > suffix && name.compare(name.size() - suffix, 5, ".tmp-") == 0;
}

class FileReader final : public ObjectReader {
 public:
  FileReader(std::string url, std::int64_t offset)
      : url_(std::move(url)), fd_(::open(path_of(url_).c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!fd_ || (offset > 0 && ::lseek(fd_.get(), offset, SEEK_SET) < 0)) throw_errno_of(url_);
  }

  std::size_t read(char* buffer, std::size_t size) override {
    for (;;) {
      ssize_t got = ::read(fd_.get(), buffer, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw_errno_of(url_);
    }
  }

 private:
  std::string url_;
  UniqueFd fd_;
};

class FileStore final : public ObjectStore {
 public:
  std::vector<Object> list(const std::string& url) override {
    const fs::path path = path_of(url);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) throw_errno_of(url);
    if (!S_ISDIR(status.st_mode)) return {describe(url, path.filename(), status)};
    std::vector<Object> objects = list_folder(url.back() == '/' ? url : url + '/');
    if (objects.empty()) throw Error(ErrorKind::not_found, url + ": an empty folder");
    std::sort(objects.begin(), objects.end(), [](const Object& a, const Object& b) { return a.key < b.key; });
    return objects;
  }

  std::unique_ptr<ObjectReader> open(const std::string& url, std::int64_t offset) override {
    return std::make_unique<FileReader>(url, offset);
  }

  Object put_file(const std::string& url, const std::string& local_path) override {
    UniqueFd from = open_file(local_path, O_RDONLY);
    return put(url, [&](int to) { copy(from.get(), to, local_path); });
  }

  Object put_bytes(const std::string& url, std::string_view bytes) override {
    return put(url, [&](int to) { write_all(to, bytes); });
  }

 private:
  static std::vector<Object> list_folder(const std::string& url) {
    std::vector<Object> objects;
    const fs::path folder = path_of(url);
    try {
      for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator();
           ++entry) {
        const std::string name = entry->path().filename();
        const bool hidden = name.front() == '.' || is_put_under_way(name);
        if (hidden && entry->is_directory()) entry.disable_recursion_pending();
        if (hidden || !entry->is_regular_file()) continue;
        const std::string key = entry->path().lexically_relative(folder);
        objects.push_back(describe_file(url + key, key));
      }
    } catch (const fs::filesystem_error& e) {
      throw Error(ErrorKind::denied, "file://" + e.path1().string() + ": " + e.code().message());
    }
    return objects;
  }

  static void copy(int from, int to, const std::string& name) {
    char buffer[1 << 18];
    for (;;) {
      ssize_t got = ::read(from, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("read " + name);
      if (got == 0) return;
      write_all(to, {buffer, static_cast<std::size_t>(got)});
    }
  }

  template <class Write>
  static Object put(const std::string& url, const Write& write) {
    const fs::path path = path_of(url);
    if (!path.has_filename()) throw Error(ErrorKind::invalid, url + ": names a folder, not an object");
    try {
      fs::create_directories(path.parent_path());
      FileBeside file(path, 0644);
      write(file.fd());
      file.commit();
    } catch (const fs::filesystem_error& e) {
      throw Error(ErrorKind::denied, url + ": " + e.code().message());
    } catch (const Error& e) {
      throw Error(e.kind(), "put " + url + ": " + e.what());
    }
    return describe_file(url, path.filename());
  }
};

}  // namespace

std::unique_ptr<ObjectStore> make_file_store() { return std::make_unique<FileStore>(); }

}  // namespace trainyard
