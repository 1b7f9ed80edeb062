#include "daemon/agent/store.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <vector>

#include "daemon/agent/store_journal.h"
#include "daemon/agent/transfer.h"
#include "daemon/agent/write_evidence.h"
#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/file_version.h"
#include "daemon/base/log.h"
#include "daemon/base/parallel.h"
#include "daemon/base/text.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

// Returns the key of a file below the target: "training-7/results/model.h5".
std::string key_of(const Launch& launch, const std::string& name) {
  return join_path(layout::training_id(launch.run_id), name);
}

// Returns true if attempts/<n> with a larger n exists: then the daemon has given up this attempt.
bool has_later_attempt(const Launch& launch) {
  const fs::path attempts = fs::path(launch.directory).parent_path();
  for (const fs::directory_entry& entry : fs::directory_iterator(attempts)) {
    const auto number = whole_number<int>(entry.path().filename().string());
    if (number && *number > launch.attempt) return true;
  }
  return false;
}

// Returns the files to store, as paths below the attempt's directory; none if no agent has claimed the
// attempt.
std::vector<std::string> files_to_store(const Launch& launch) {
  std::vector<std::string> names;
  if (!read_claim(launch.directory)) return names;
  const fs::path base = launch.directory;
  for (const char* folder : {layout::results_folder, layout::logs_folder}) {
    if (!fs::exists(base / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(base / folder))
      if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(base));
  }
  if (fs::exists(base / layout::metrics_file)) names.emplace_back(layout::metrics_file);
  std::erase(names, layout::store_job_log);  // this job is still writing it
  std::sort(names.begin(), names.end());
  return names;
}

constexpr std::int64_t large_file_bytes = 64 << 20;

// Stores files of an attempt, unless an earlier store job of the attempt has stored them already.
class FileStorer {
 public:
  FileStorer(const Launch& launch, ObjectStore& store, const Patience& patience)
      : launch_(launch),
        store_(store),
        patience_(patience),
        journal_(join_path(launch.directory, layout::store_journal), launch.manifest.results_target) {}

  // Returns what the receipt says of the file. For any thread.
  Json store(const std::string& name) {
    const std::string path = join_path(launch_.directory, name);
    const FileVersion version = version_of(path);
    std::optional<StoredFile> stored = journal_.find(name);
    if (!stored || stored->version != version || !is_there(name, *stored)) {
      stored = put(name, path, version);
      journal_.note(name, *stored);
    }
    return {{"key", name}, {"size_bytes", version.size_bytes}, {"sha256", stored->sha256}};
  }

 private:
  // Returns true if the object is the one that was stored.
  bool is_there(const std::string& name, const StoredFile& stored) {
    const std::string url = join_path(launch_.manifest.results_target, key_of(launch_, name));
    const std::optional<Object> object = with_retries(patience_, [&] { return store_.find(url); });
    return object && object->size_bytes == stored.version.size_bytes && object->etag == stored.etag;
  }

  StoredFile put(const std::string& name, const std::string& path, const FileVersion& version) {
    // A store does not know the digest of a file that it takes in parts. A thread computes it meanwhile.
    std::future<std::string> digest;
    if (version.size_bytes > large_file_bytes)
      digest = std::async(std::launch::async, [&path] { return sha256_of_file(path); });
    const Object object = with_retries(patience_, [&] {
      return store_.put_file(launch_.manifest.results_target, key_of(launch_, name), path);
    });
    if (object.size_bytes != version.size_bytes)
      throw Error(ErrorKind::unavailable, object.url + ": " + std::to_string(object.size_bytes) +
                                              " bytes arrived, " + path + " has " +
                                              std::to_string(version.size_bytes));
    if (!object.sha256.empty()) return {version, object.sha256, object.etag};
    const std::string sha256 = digest.valid() ? digest.get() : sha256_of_file(path);
    if (version_of(path) != version)
      throw Error(ErrorKind::unavailable, path + ": was changed while it was stored");
    return {version, sha256, object.etag};
  }

  const Launch& launch_;
  ObjectStore& store_;
  const Patience& patience_;
  StoreJournal journal_;
};

// Removes parts of files that store jobs of this run have left when they were killed. They cost money, but no
// result is missing if they stay, so an error is only logged.
void remove_unfinished(const Launch& launch, ObjectStore& store) {
  try {
    store.remove_unfinished(join_path(launch.manifest.results_target, key_of(launch, "")));
  } catch (const Error& e) {
    log_warning("parts of unfinished files may remain in the store: {}", e.what());
  }
}

std::optional<ExitEvidence> exit_of(const Launch& launch) {
  const std::string path = join_path(launch.directory, layout::exit_file);
  const auto text = read_file_if_there(path, most_evidence_bytes);
  return text ? std::optional(exit_evidence_from_json(parse_json(*text, path))) : std::nullopt;
}

// Returns true if another attempt could follow, or this one might not have ended. Then the daemon decides,
// and submits another store job.
bool is_for_the_daemon(const Launch& launch) {
  // Anything with the file's name counts, such as a broken link: a user who replaces the file must not be
  // able to make the store job wait for another one.
  std::error_code ignored;
  return !fs::exists(fs::symlink_status(join_path(launch.directory, layout::settled_file), ignored)) &&
         !is_final(exit_of(launch), launch.may_be_tried_again);
}

Json receipt_of(const Launch& launch, const Json& objects) {
  Json receipt{{"version", 1},         {"training_id", layout::training_id(launch.run_id)},
               {"run", launch.run_id}, {"attempt", launch.attempt},
               {"name", launch.name},  {"stored_at", to_unix(now())},
               {"objects", objects}};
  if (const std::optional<ExitEvidence> exit = exit_of(launch)) {
    receipt["exit_code"] = exit->exit_code;
    receipt["signal"] = exit->signal;
  }
  return receipt;
}

// UmaskOf: sets the submitter's umask while results are stored, so that others can read them as they can read
// the submitter's other files. Files on scratch stay private.
class UmaskOf {
 public:
  explicit UmaskOf(const Manifest& manifest) : before_(::umask(static_cast<mode_t>(manifest.umask))) {}
  ~UmaskOf() { ::umask(before_); }
  UmaskOf(const UmaskOf&) = delete;
  UmaskOf& operator=(const UmaskOf&) = delete;

 private:
  mode_t before_;
};

StoreEvidence store_everything(const Launch& launch, const Patience& patience) {
  if (launch.manifest.results_target.empty()) {
    StoreEvidence nothing;
    nothing.ok = true;
    return nothing;
  }
  const UmaskOf owner(launch.manifest);
  const std::vector<std::string> names = files_to_store(launch);
  const Transfer transfer = transfer_to(launch.manifest.results_target, launch.results_store, names.size());
  const std::unique_ptr<ObjectStore> store =
      load_object_store(launch.manifest.results_target, transfer.access);
  FileStorer storer(launch, *store, patience);
  std::vector<Json> objects(names.size());
  work_in_parallel(names.size(), transfer.threads,
                   [&](std::size_t index) { objects[index] = storer.store(names[index]); });
  remove_unfinished(launch, *store);
  StoreEvidence evidence;
  for (const Json& object : objects) evidence.size_bytes += object["size_bytes"].get<std::int64_t>();
  evidence.objects = static_cast<std::int64_t>(objects.size());

  // Checked again, because copying took time: only the receipt makes the files this run's results.
  if (has_later_attempt(launch))
    throw Error(ErrorKind::invalid, "a later attempt has taken over; no receipt written");
  const std::string receipt =
      receipt_of(launch, objects).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  with_retries(patience, [&] {
    return store->put_bytes(launch.manifest.results_target, key_of(launch, layout::receipt_file), receipt);
  });
  evidence.ok = true;
  return evidence;
}

}  // namespace

int store(const std::string& launch_path, const Patience& patience) {
  const Launch launch = read_handover(launch_path, most_launch_bytes, launch_from_json);
  if (has_later_attempt(launch)) {
    log_info("a later attempt of run {} has taken over from attempt {}; nothing stored", launch.run_id,
             launch.attempt);
    return 0;
  }
  StoreEvidence evidence;
  int exit_code = 0;
  try {
    if (is_for_the_daemon(launch))
      throw Error(ErrorKind::unavailable,
                  "attempt " + std::to_string(launch.attempt) +
                      " did not end well: nothing is stored before the daemon has decided about it");
    evidence = store_everything(launch, patience);
    log_info("stored {} objects, {} bytes in {}", evidence.objects, evidence.size_bytes,
             join_path(launch.manifest.results_target, key_of(launch, "")));
  } catch (...) {
    const Error e = caught_error();
    evidence.waits_for_credentials = e.kind() == ErrorKind::no_credentials;
    // A daemon of the release before knows only `try_again`.
    evidence.try_again = evidence.waits_for_credentials || e.kind() == ErrorKind::unavailable;
    evidence.message = e.what();
    exit_code = agent_exit_code(e.kind());
    log_error("{}", e.what());
  }
  evidence.at = now();
  write_evidence(join_path(launch.directory, layout::stored_file), to_json(evidence));
  return exit_code;
}

}  // namespace trainyard
