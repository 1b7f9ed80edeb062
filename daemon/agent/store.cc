#include "daemon/agent/store.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <thread>
#include <vector>

#include "daemon/agent/write_evidence.h"
#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/guarded.h"
#include "daemon/base/log.h"
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

Json store_file(ObjectStore& store, const Launch& launch, const std::string& name, const Patience& patience) {
  const std::string path = join_path(launch.directory, name);
  const std::string& target = launch.manifest.results_target;
  const std::string key = key_of(launch, name);
  const Object object = with_retries(patience, [&] { return store.put_file(target, key, path); });
  const auto size = static_cast<std::int64_t>(fs::file_size(path));
  if (object.size_bytes != size)
    throw Error(ErrorKind::unavailable, object.url + ": " + std::to_string(object.size_bytes) +
                                            " bytes arrived, " + path + " has " + std::to_string(size));
  return {{"key", name},
          {"size_bytes", size},
          {"sha256", object.sha256.empty() ? sha256_of_file(path) : object.sha256}};
}

// A file of a large model is stored in parallel parts; many small files need several requests at a time.
int store_threads(const Launch& launch, std::size_t files) {
  if (launch.manifest.results_target.starts_with("file://")) return 1;
  return std::clamp(static_cast<int>(files / 4), 1, std::min(4, launch.results_store.settings.connections));
}

// Stores all files, several at a time, and returns what the receipt says of each. Throws the first error,
// after the files that were on their way.
Json store_files(ObjectStore& store, const Launch& launch, const std::vector<std::string>& names, int threads,
                 const Patience& patience) {
  std::vector<Json> stored(names.size());
  std::atomic<std::size_t> next = 0;
  Guarded<std::exception_ptr> error;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < names.size(); i = next++)
        stored[i] = store_file(store, launch, names[i], patience);
    } catch (...) {
      next = names.size();
      error.with([](std::exception_ptr& first) {
        if (!first) first = std::current_exception();
      });
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (const std::exception_ptr first = error.with([](const auto& e) { return e; }))
    std::rethrow_exception(first);
  return stored;
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
  const int threads = store_threads(launch, names.size());
  StoreAccess access = launch.results_store;
  access.settings.connections /= threads;  // each thread opens its share
  std::unique_ptr<ObjectStore> store = load_object_store(launch.manifest.results_target, access);
  StoreEvidence evidence;
  const Json objects = store_files(*store, launch, names, threads, patience);
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
