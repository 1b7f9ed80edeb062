#include "daemon/agent/send.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <optional>

#include "daemon/agent/progress_line.h"
#include "daemon/agent/source_files.h"
#include "daemon/agent/transfer.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/json.h"
#include "daemon/base/parallel.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

struct FileToSend {
  SourceFile file;
  std::optional<Object> there;     // the object that has the file's key already
  bool has_same_contents = false;  // as the object
};

bool has_other_contents(const FileToSend& file) { return file.there && !file.has_same_contents; }

class Sender {
 public:
  explicit Sender(const SendRequest& request)
      : request_(request), url_(join_path(request.url, "")), sources_(source_files(request.path)) {
    for (const SourceFile& file : sources_.files) files_.push_back({file, {}, false});
    const Transfer transfer = transfer_to(url_, request.store, files_.size());
    threads_ = transfer.threads;
    store_ = load_object_store(url_, transfer.access);
  }

  // Finds out what is there. Throws if objects with other contents would be replaced.
  void plan() {
    find_objects();
    work_in_parallel(files_.size(), threads_, [this](std::size_t index) {
      FileToSend& file = files_[index];
      file.has_same_contents = file.there && file.there->size_bytes == file.file.version.size_bytes &&
                               store_->has_contents(*file.there, file.file.path);
    });
    if (!request_.overwrites) check_nothing_is_replaced();
  }

  void send() {
    ProgressLine line(missing_bytes());
    std::atomic<std::int64_t> sent = 0;
    work_in_parallel(files_.size(), threads_, [&](std::size_t index) {
      const FileToSend& file = files_[index];
      if (file.has_same_contents) return;
      store_->put_file(url_, file.file.key, file.file.path,
                       [&](std::int64_t bytes) { line.show(sent += bytes); });
    });
  }

  void tell() const {
    for (const SourceFiles::LeftOut& link : sources_.left_out)
      std::cerr << printable(link.path) << ": left out: " << printable(link.reason) << '\n';
    for (const FileToSend& file : files_) tell(file);
    std::cout.flush();
  }

 private:
  // A folder is listed: that takes fewer requests than to ask for each object. A listing of file:// leaves
  // out hidden files.
  void find_objects() {
    if (url_.starts_with("file://")) {
      for (FileToSend& file : files_) file.there = store_->find(url_ + file.file.key);
      return;
    }
    std::map<std::string, FileToSend*> by_key;
    for (FileToSend& file : files_) by_key[file.file.key] = &file;
    try {
      store_->list_each(url_, [&](Object object) {
        const auto found = by_key.find(object.key);
        if (found != by_key.end()) found->second->there = std::move(object);
      });
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
    }
  }

  void check_nothing_is_replaced() const {
    std::string conflicts;
    for (const FileToSend& file : files_)
      if (has_other_contents(file))
        conflicts += file.there->url + ": is there already, and might have other contents than " +
                     file.file.path + '\n';
    if (!conflicts.empty())
      throw Error(ErrorKind::invalid,
                  conflicts + "nothing was stored; name another place, or say --overwrite");
  }

  std::int64_t missing_bytes() const {
    std::int64_t size_bytes = 0;
    for (const FileToSend& file : files_)
      size_bytes += file.has_same_contents ? 0 : file.file.version.size_bytes;
    return size_bytes;
  }

  void tell(const FileToSend& file) const {
    if (request_.as_json)
      std::cout << Json{{"key", file.file.key},
                        {"path", file.file.path},
                        {"size_bytes", file.file.version.size_bytes},
                        {"there_already", file.has_same_contents}}
                       .dump(-1, ' ', false, Json::error_handler_t::replace)
                << '\n';
    else
      std::cout << printable(file.file.key) << "  " << format_size(file.file.version.size_bytes)
                << (file.has_same_contents ? "  there already" : "") << '\n';
  }

  const SendRequest& request_;
  std::string url_;  // ends in a slash
  SourceFiles sources_;
  std::vector<FileToSend> files_;
  int threads_ = 1;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace

int send(const SendRequest& request) {
  Sender sender(request);
  sender.plan();
  if (!request.is_dry_run) sender.send();
  sender.tell();
  return std::cout ? 0 : 1;
}

}  // namespace trainyard
