#include "daemon/agent/source_files.h"

#include <algorithm>
#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/kind_of_errno.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

// Collects the files below a folder.
class FolderWalk {
 public:
  explicit FolderWalk(const fs::path& folder) : folder_(folder), root_(fs::canonical(folder)) {}

  SourceFiles walk() {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root_)) look_at(entry);
    if (!refused_.empty())
      throw Error(ErrorKind::invalid, refused_ + "nothing was stored; remove them from the folder");
    if (found_.files.empty())
      throw Error(ErrorKind::not_found, folder_.string() + ": has no files, so nothing was stored");
    std::ranges::sort(found_.files, {}, &SourceFile::key);
    return std::move(found_);
  }

 private:
  void look_at(const fs::directory_entry& entry) {
    const fs::path key = entry.path().lexically_relative(root_);
    switch (entry.symlink_status().type()) {
      case fs::file_type::directory:
        return;
      case fs::file_type::regular:
        return add(entry.path(), key);
      case fs::file_type::symlink:
        return look_at_link(entry.path(), key);
      case fs::file_type::fifo:
        return refuse(key, "a FIFO");
      case fs::file_type::socket:
        return refuse(key, "a socket");
      default:
        return refuse(key, "a device");
    }
  }

  void look_at_link(const fs::path& link, const fs::path& key) {
    std::error_code error;
    const fs::path end = fs::canonical(link, error);
    if (error) return leave_out(key, "a link that leads nowhere");
    const fs::path below = end.lexically_relative(root_);
    if (below.empty() || *below.begin() == "..")
      return leave_out(key, "a link that leads out of " + folder_.string());
    if (!fs::is_regular_file(end)) return leave_out(key, "a link to something else than a file");
    add(end, key);
  }

  void add(const fs::path& path, const fs::path& key) {
    found_.files.push_back({path, key, version_of(path.string())});
  }
  void leave_out(const fs::path& key, const std::string& reason) {
    found_.left_out.push_back({folder_ / key, reason});
  }
  void refuse(const fs::path& key, const std::string& what) {
    refused_ += (folder_ / key).string() + ": is " + what + ", not a file\n";
  }

  fs::path folder_, root_;
  SourceFiles found_;
  std::string refused_;
};

}  // namespace

SourceFiles source_files(const std::string& path) {
  try {
    const fs::file_status status = fs::status(path);
    if (fs::is_directory(status)) return FolderWalk(path).walk();
    if (fs::exists(status) && !fs::is_regular_file(status))
      throw Error(ErrorKind::invalid, path + ": is neither a file nor a folder");
    return {{{path, fs::path(path).filename(), version_of(path)}}, {}};
  } catch (const fs::filesystem_error& e) {
    throw Error(kind_of_errno(e.code().value()), e.path1().string() + ": " + e.code().message());
  }
}

}  // namespace trainyard
