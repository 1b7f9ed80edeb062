#include "daemon/agent/fetch.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>

#include "daemon/agent/fetch_units.h"
#include "daemon/agent/file_target.h"
#include "daemon/agent/key_path.h"
#include "daemon/agent/progress_line.h"
#include "daemon/agent/source_units.h"
#include "daemon/agent/transfer.h"
#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
constexpr const char* part_prefix = ".trainyard-download-";  // of the folder in which files are collected
constexpr std::int64_t most_receipt_bytes = std::int64_t{64} << 20;

struct PlannedFile {
  Object object;
  std::string path;
  bool exists = false;    // something has this path
  bool is_there = false;  // with the object's contents
};

std::vector<Object> matching(std::vector<Object> objects, const FetchRequest& request) {
  if (request.pattern.empty()) return objects;
  std::erase_if(objects, [&](const Object& object) {
    return ::fnmatch(request.pattern.c_str(), object.key.c_str(), 0) != 0;
  });
  if (objects.empty())
    throw Error(ErrorKind::not_found, request.url + ": no object's name matches " + request.pattern);
  return objects;
}

// Returns the SHA-256 of the objects that the receipt of a run's results lists, by their keys; none without a
// receipt, or if the object of this name is something else.
std::map<std::string, std::string> digests_in_receipt(const std::vector<Object>& objects,
                                                      ObjectStore& store) {
  std::map<std::string, std::string> digests;
  const auto receipt = std::find_if(objects.begin(), objects.end(),
                                    [](const Object& object) { return object.key == layout::receipt_file; });
  if (receipt == objects.end() || receipt->size_bytes > most_receipt_bytes) return digests;
  const std::unique_ptr<ObjectReader> reader = store.open(*receipt);
  std::string text(static_cast<std::size_t>(receipt->size_bytes), '\0');
  std::size_t size = 0;
  while (size < text.size())
    if (const std::size_t got = reader->read(text.data() + size, text.size() - size))
      size += got;
    else
      break;
  try {
    for (const Json& entry : get<Json>(parse_json(text.substr(0, size), receipt->url), "objects"))
      digests.emplace(get<std::string>(entry, "key"), get<std::string>(entry, "sha256"));
    digests.emplace(layout::receipt_file, sha256(text.substr(0, size)));
  } catch (const Error&) {
    digests.clear();
  }
  return digests;
}

// Returns the name of the folder in which these objects are collected: another one for other objects.
std::string part_folder(const FetchRequest& request, const std::vector<PlannedFile>& files) {
  Sha256 hash;
  for (const PlannedFile& file : files) hash.add(file.object.url + '\n' + file.object.etag + '\n');
  return join_path(request.directory, part_prefix + hash.hex().substr(0, 16));
}

NextUnit units_of_files(const std::vector<PlannedFile>& files) {
  const auto units =
      std::make_shared<UnitDivider>([&files, next = std::size_t{0}]() mutable -> std::optional<Object> {
        return next < files.size() ? std::optional(files[next++].object) : std::nullopt;
      });
  return [units] { return units->next(); };
}

// The folder's name tells the objects; the journal need only tell how they are divided.
std::string unit_size_text() { return std::to_string(most_unit_bytes); }

// Marks the files that an earlier fetch of the same objects has given their names before it was killed: they
// have the bytes that its journal notes.
void find_finished(const std::string& parts, std::vector<PlannedFile>& files) {
  const std::string path = join_path(parts, layout::fetch_journal);
  if (!fs::exists(path)) return;
  FetchJournal journal(path, unit_size_text(), FetchJournal::Use::read);
  FileTarget finished([&](const Unit& unit) { return files[unit.object_number].path; }, 0777, 0666);
  std::vector<bool> differs(files.size());
  const NextUnit next = units_of_files(files);
  while (const std::optional<Unit> unit = next()) {
    if (!files[unit->object_number].exists || differs[unit->object_number]) continue;
    const std::optional<FetchJournal::Noted> noted = journal.noted(unit->number);
    differs[unit->object_number] = !noted || finished.sha256_of(*unit) != noted->sha256;
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].exists && !differs[i]) files[i].is_there = true;
}

bool has_digest(const std::string& path, const std::map<std::string, std::string>& digests,
                const std::string& key) {
  const auto digest = digests.find(key);
  return digest != digests.end() && fs::is_regular_file(path) && sha256_of_file(path) == digest->second;
}

// Throws if files with other contents than their objects' would be replaced.
std::vector<PlannedFile> plan(const FetchRequest& request, ObjectStore& store) {
  const std::vector<Object> listed = store.list(request.url);
  const std::map<std::string, std::string> digests = digests_in_receipt(listed, store);
  std::vector<PlannedFile> files;
  for (const Object& object : matching(listed, request)) {
    PlannedFile file{object, path_below(request.directory, object.key)};
    file.exists = fs::exists(fs::symlink_status(file.path));
    file.is_there = file.exists && has_digest(file.path, digests, object.key);
    files.push_back(std::move(file));
  }
  find_finished(part_folder(request, files), files);
  for (const PlannedFile& file : files)
    if (file.exists && !file.is_there && !request.overwrites)
      throw Error(ErrorKind::invalid, file.path + ": is there already, and might have other contents than " +
                                          request.url +
                                          "; nothing was fetched; name another folder, or say --overwrite");
  return files;
}

void tell(const PlannedFile& file, const FetchRequest& request) {
  if (request.as_json)
    std::cout << Json{{"key", file.object.key}, {"path", file.path}, {"size_bytes", file.object.size_bytes}}
                     .dump(-1, ' ', false, Json::error_handler_t::replace)
              << '\n';
  else
    std::cout << printable(file.object.key) << "  " << format_size(file.object.size_bytes)
              << (file.is_there ? "  there already" : "") << '\n';
}

// Locks the folder in which files are collected until the process ends. Throws if another fetch of the same
// objects into the same folder goes on.
UniqueFd lock_parts(const std::string& parts) {
  while (true) {
    make_directories(parts);
    UniqueFd lock = open_or_create(join_path(parts, "lock"));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw Error(ErrorKind::unavailable,
                  parts + ": another fetch of the same objects into this folder goes on");
    struct stat status {};
    if (::fstat(lock.get(), &status) != 0) throw_errno("stat " + parts);
    if (status.st_nlink > 0) return lock;  // else that fetch has just removed the folder
  }
}

void move_to_place(const std::string& part, const std::string& path) {
  make_directories(parent_of(path), 0777);
  if (disk().rename(AT_FDCWD, part.c_str(), path.c_str()) != 0) throw_errno("rename " + part + " to " + path);
}

// Fetches what is missing, and gives the files their names when all have arrived.
class MissingFiles {
 public:
  MissingFiles(const FetchRequest& request, const std::vector<PlannedFile>& files)
      : request_(request), files_(files), parts_(part_folder(request, files)) {
    make_directories(request.directory, 0777);
    lock_ = lock_parts(parts_);
  }

  void fetch() {
    const Transfer transfer = transfer_from(request_.url, request_.store);
    const std::unique_ptr<ObjectStore> store = load_object_store(request_.url, transfer.access);
    FetchJournal journal(join_path(parts_, layout::fetch_journal), unit_size_text());
    forget_parts_that_are_gone(journal);
    FileTarget target([this](const Unit& unit) { return part_of(unit.object_number); }, 0777, 0666);
    ProgressLine line(size_bytes());
    fetch_units(*store, missing_units(), target, journal, transfer.threads, [&](const FetchedUnits& there) {
      line.show(there.size_bytes, there.size_bytes - there.fetched_bytes);
    });
  }

  void publish() {
    sync_file_system(parts_);
    for (std::size_t number = 0; number < files_.size(); ++number)
      if (!files_[number].is_there) move_to_place(part_of(number), files_[number].path);
    sync_file_system(request_.directory);
    try_to_remove_tree(parts_);
  }

 private:
  std::string part_of(std::size_t number) const { return join_path(parts_, std::to_string(number)); }

  NextUnit missing_units() const {
    return [this, next = units_of_files(files_)]() -> std::optional<Unit> {
      std::optional<Unit> unit = next();
      while (unit && files_[unit->object_number].is_there) unit = next();
      return unit;
    };
  }

  // An earlier fetch has given these files their names, and somebody has changed or removed them since.
  void forget_parts_that_are_gone(FetchJournal& journal) const {
    const NextUnit next = missing_units();
    while (const std::optional<Unit> unit = next())
      if (!fs::exists(part_of(unit->object_number))) journal.forget(unit->number);
  }

  std::int64_t size_bytes() const {
    std::int64_t size_bytes = 0;
    for (const PlannedFile& file : files_) size_bytes += file.is_there ? 0 : file.object.size_bytes;
    return size_bytes;
  }

  const FetchRequest& request_;
  const std::vector<PlannedFile>& files_;
  std::string parts_;
  UniqueFd lock_;
};

}  // namespace

int fetch(const FetchRequest& request) {
  const std::unique_ptr<ObjectStore> store = load_object_store(request.url, request.store);
  const std::vector<PlannedFile> files = plan(request, *store);
  const bool is_complete = std::ranges::all_of(files, &PlannedFile::is_there);
  if (!request.is_dry_run && !is_complete) {
    MissingFiles missing(request, files);
    missing.fetch();
    missing.publish();
  }
  for (const PlannedFile& file : files) tell(file, request);
  std::cout.flush();
  return std::cout ? 0 : 1;
}

}  // namespace trainyard
