#include "daemon/handover/handover.h"

#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/printable.h"

namespace trainyard {
namespace {

Json versioned(Json json) {
  json["version"] = handover_version;
  return json;
}

void check_version(const Json& json) {
  auto version = get<std::int64_t>(json, "version");
  if (version != handover_version)
    throw Error(ErrorKind::invalid, "version: this release reads " + std::to_string(handover_version) +
                                        ", not " + std::to_string(version) +
                                        "; daemon and agents must be of one release");
}

// Limits for evidence, which is about a job that Slurm has run: no true number exceeds them.
constexpr std::int64_t most_bytes = std::int64_t{1} << 60;
constexpr std::int64_t most_samples = std::int64_t{1} << 53;
constexpr std::int64_t most_objects = std::int64_t{1} << 32;
constexpr std::int64_t most_restarts = 1'000'000;
constexpr std::int64_t most_gpus = 1'000'000;
constexpr std::int64_t most_elapsed_seconds = std::int64_t{100} * 366 * 86400;
constexpr std::int64_t last_exit_code = 255;
constexpr std::int64_t last_signal = 127;
constexpr std::size_t most_name_bytes = 1024;  // of a cluster or a host
constexpr std::size_t most_message_bytes = 16 << 10;
constexpr std::size_t most_hosts = 65'536;  // more than Slurm gives to a job
constexpr std::size_t most_last_lines = 20;
constexpr std::size_t most_line_bytes = 4096;

// How far a time in evidence can be in the future. Clocks differ less: munge rejects credentials of nodes
// whose clock is wrong by more than a few minutes.
constexpr std::chrono::seconds clocks_apart{3600};

template <class T>
T integer(const Json& json, const char* key) {
  auto value = get<std::int64_t>(json, key);
  if (!std::in_range<T>(value)) throw Error(ErrorKind::invalid, std::string(key) + ": out of range");
  return static_cast<T>(value);
}

UtcSeconds time(const Json& json, const char* key) {
  return past_time(get<std::int64_t>(json, key), std::string(key));
}

std::string text(const Json& json, const char* key, std::size_t most) {
  std::string value = get<std::string>(json, key);
  if (value.size() > most)
    throw Error(ErrorKind::invalid, std::string(key) + ": longer than " + std::to_string(most) + " bytes");
  return value;
}

// Returns the message at `key`, made printable, and cut if it is too long: it is for people only, so evidence
// with a long message is still valid.
std::string message(const Json& json, const char* key) {
  return printable_lines(get<std::string>(json, key).substr(0, most_message_bytes));
}

Json list(const Json& json, const char* key) {
  Json items = get<Json>(json, key);
  if (!items.is_array()) throw Error(ErrorKind::invalid, std::string(key) + ": must be a list");
  return items;
}

// Returns the list of texts at `key`, made printable. Error{invalid} if there are more than `most`, or one is
// longer than `most_bytes_each`.
std::vector<std::string> strings(const Json& json, const char* key, std::size_t most,
                                 std::size_t most_bytes_each) {
  const Json items = list(json, key);
  if (items.size() > most)
    throw Error(ErrorKind::invalid, std::string(key) + ": more than " + std::to_string(most));
  std::vector<std::string> texts;
  for (const Json& item : items) {
    if (!item.is_string()) throw Error(ErrorKind::invalid, std::string(key) + ": must be a list of texts");
    if (item.get_ref<const std::string&>().size() > most_bytes_each)
      throw Error(ErrorKind::invalid, std::string(key) + ": one of its texts is longer than " +
                                          std::to_string(most_bytes_each) + " bytes");
    texts.push_back(printable(item.get_ref<const std::string&>()));
  }
  return texts;
}

// Returns the text as JSON. Bytes that are not UTF-8 become U+FFFD, because a program can write any bytes,
// and JSON holds UTF-8.
Json readable(const std::string& text) {
  return parse_json(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace), "a text");
}

Json readable(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(readable(text));
  return list;
}

// Returns the store at `key`. The files of the previous release do not have this key, because that release
// had only file:// stores.
StoreAccess store_of(const Json& json, const char* key) {
  return json.contains(key) ? store_access_from_json(json.at(key)) : StoreAccess{};
}

// Agents of the previous release write evidence without this key.
bool waits_for_credentials(const Json& json) { return get_or<bool>(json, "waits_for_credentials", false); }

}  // namespace

UtcSeconds past_time(std::int64_t seconds, const std::string& what) {
  if (seconds < 0 || from_unix(seconds) > now() + clocks_apart)
    throw Error(ErrorKind::invalid, what + ": " + std::to_string(seconds) + " is not a time in the past");
  return from_unix(seconds);
}

Json to_json(const SourceObject& object) {
  return {{"url", object.url}, {"key", object.key}, {"etag", object.etag}, {"size_bytes", object.size_bytes}};
}

SourceObject source_object_from_json(const Json& json) {
  SourceObject object;
  object.url = get<std::string>(json, "url");
  object.key = get<std::string>(json, "key");
  object.etag = get<std::string>(json, "etag");
  object.size_bytes = get<std::int64_t>(json, "size_bytes");
  return object;
}

Json to_json(const StageRequest& request) {
  return versioned({{"digest", request.digest},
                    {"directory", request.directory},
                    {"data", to_json(request.data)},
                    {"store", to_json(request.store)}});
}

StageRequest stage_request_from_json(const Json& json) {
  check_version(json);
  StageRequest request;
  request.digest = get<std::string>(json, "digest");
  request.directory = get<std::string>(json, "directory");
  request.data = data_spec_from_json(get<Json>(json, "data"));
  request.store = store_of(json, "store");
  return request;
}

Json to_json(const StageEvidence& evidence) {
  return versioned({{"ok", evidence.ok},
                    {"try_again", evidence.try_again},
                    {"message", readable(evidence.message)},
                    {"size_bytes", evidence.size_bytes},
                    {"samples", evidence.samples},
                    {"test_samples", evidence.test_samples},
                    {"at", to_unix(evidence.at)},
                    {"waits_for_credentials", evidence.waits_for_credentials}});
}

StageEvidence stage_evidence_from_json(const Json& json) {
  check_version(json);
  StageEvidence evidence;
  evidence.ok = get<bool>(json, "ok");
  evidence.try_again = get<bool>(json, "try_again");
  evidence.message = message(json, "message");
  evidence.size_bytes = get_between(json, "size_bytes", 0, most_bytes);
  evidence.samples = get_between(json, "samples", 0, most_samples);
  evidence.test_samples = get_between(json, "test_samples", 0, most_samples);
  evidence.at = time(json, "at");
  evidence.waits_for_credentials = waits_for_credentials(json);
  return evidence;
}

Json to_json(const StageProgressNote& note) {
  return versioned({{"fetched_bytes", note.fetched_bytes},
                    {"size_bytes", note.size_bytes},
                    {"objects", note.objects},
                    {"elapsed_seconds", note.elapsed_seconds},
                    {"earlier_bytes", note.earlier_bytes},
                    {"at", to_unix(note.at)}});
}

StageProgressNote stage_progress_from_json(const Json& json) {
  check_version(json);
  StageProgressNote note;
  note.fetched_bytes = get_between(json, "fetched_bytes", 0, most_bytes);
  note.size_bytes = get_between(json, "size_bytes", 0, most_bytes);
  note.objects = get_between(json, "objects", 0, most_objects);
  note.elapsed_seconds = get<double>(json, "elapsed_seconds");
  if (note.elapsed_seconds < 0 || note.elapsed_seconds > most_elapsed_seconds)
    throw Error(ErrorKind::invalid, "elapsed_seconds: out of range");
  if (json.contains("earlier_bytes"))  // the release 0.1 does not write it
    note.earlier_bytes = get_between(json, "earlier_bytes", 0, most_bytes);
  note.at = time(json, "at");
  return note;
}

Json to_json(const Launch& launch) {
  return versioned({{"run_id", launch.run_id},
                    {"attempt", launch.attempt},
                    {"token", launch.token},
                    {"name", launch.name},
                    {"directory", launch.directory},
                    {"code_archive", launch.code_archive},
                    {"dataset_directory", launch.dataset_directory},
                    {"dataset_digest", launch.dataset_digest},
                    {"checkpoint_from", launch.checkpoint_from},
                    {"may_be_tried_again", launch.may_be_tried_again},
                    {"data_store", to_json(launch.data_store)},
                    {"results_store", to_json(launch.results_store)},
                    {"manifest", to_json(launch.manifest)}});
}

Launch launch_from_json(const Json& json) {
  check_version(json);
  Launch launch;
  launch.run_id = get<std::int64_t>(json, "run_id");
  launch.attempt = integer<int>(json, "attempt");
  launch.token = get<std::string>(json, "token");
  launch.name = get<std::string>(json, "name");
  launch.directory = get<std::string>(json, "directory");
  launch.code_archive = get<std::string>(json, "code_archive");
  launch.dataset_directory = get<std::string>(json, "dataset_directory");
  launch.dataset_digest = get<std::string>(json, "dataset_digest");
  // Jobs that the previous release submitted have files without this key.
  launch.checkpoint_from = get_or<std::string>(json, "checkpoint_from", "");
  launch.may_be_tried_again = get<bool>(json, "may_be_tried_again");
  launch.data_store = store_of(json, "data_store");
  launch.results_store = store_of(json, "results_store");
  launch.manifest = manifest_from_json(get<Json>(json, "manifest"));
  return launch;
}

Json to_json(const Claim& claim) {
  Json json = versioned({{"cluster", claim.cluster},
                         {"job_id", claim.job_id},
                         {"restarts", claim.restarts},
                         {"host", claim.host},
                         {"at", to_unix(claim.at)},
                         {"revoked", claim.revoked}});
  if (claim.array_task) json["array_task"] = *claim.array_task;
  return json;
}

Claim claim_from_json(const Json& json) {
  check_version(json);
  Claim claim;
  claim.cluster = printable(text(json, "cluster", most_name_bytes));
  claim.job_id = integer<std::uint32_t>(json, "job_id");
  claim.restarts = static_cast<int>(get_between(json, "restarts", 0, most_restarts));
  claim.host = printable(text(json, "host", most_name_bytes));
  claim.at = time(json, "at");
  claim.revoked = get<bool>(json, "revoked");
  if (json.contains("array_task")) claim.array_task = integer<std::uint32_t>(json, "array_task");
  return claim;
}

Json to_json(const StartEvidence& evidence) {
  return versioned({{"claim", to_json(evidence.claim)},
                    {"hosts", evidence.hosts},
                    {"gpus", evidence.gpus},
                    {"at", to_unix(evidence.at)}});
}

StartEvidence start_evidence_from_json(const Json& json) {
  check_version(json);
  StartEvidence evidence;
  evidence.claim = claim_from_json(get<Json>(json, "claim"));
  evidence.hosts = strings(json, "hosts", most_hosts, most_name_bytes);
  evidence.gpus = static_cast<int>(get_between(json, "gpus", 0, most_gpus));
  evidence.at = time(json, "at");
  return evidence;
}

Json to_json(const ExitEvidence& evidence) {
  return versioned({{"claim", to_json(evidence.claim)},
                    {"exit_code", evidence.exit_code},
                    {"signal", evidence.signal},
                    {"message", readable(evidence.message)},
                    {"data_missing", evidence.data_missing},
                    {"warned", evidence.warned},
                    {"started_at", to_unix(evidence.started_at)},
                    {"ended_at", to_unix(evidence.ended_at)},
                    {"elapsed_seconds", evidence.elapsed_seconds},
                    {"last_lines", readable(evidence.last_lines)}});
}

ExitEvidence exit_evidence_from_json(const Json& json) {
  check_version(json);
  ExitEvidence evidence;
  evidence.claim = claim_from_json(get<Json>(json, "claim"));
  evidence.exit_code = static_cast<int>(get_between(json, "exit_code", 0, last_exit_code));
  evidence.signal = static_cast<int>(get_between(json, "signal", 0, last_signal));
  evidence.message = message(json, "message");
  evidence.data_missing = get<bool>(json, "data_missing");
  evidence.warned = get<bool>(json, "warned");
  evidence.started_at = time(json, "started_at");
  evidence.ended_at = time(json, "ended_at");
  evidence.elapsed_seconds = get<double>(json, "elapsed_seconds");
  if (evidence.elapsed_seconds < 0 || evidence.elapsed_seconds > most_elapsed_seconds)
    throw Error(ErrorKind::invalid, "elapsed_seconds: out of range");
  evidence.last_lines = strings(json, "last_lines", most_last_lines, most_line_bytes);
  return evidence;
}

bool is_final(const std::optional<ExitEvidence>& evidence, bool may_be_tried_again) {
  if (!evidence || evidence->data_missing) return false;
  bool success = evidence->exit_code == 0 && evidence->signal == 0 && evidence->message.empty();
  return success || !may_be_tried_again;
}

Json to_json(const StoreEvidence& evidence) {
  return versioned({{"ok", evidence.ok},
                    {"try_again", evidence.try_again},
                    {"message", readable(evidence.message)},
                    {"objects", evidence.objects},
                    {"size_bytes", evidence.size_bytes},
                    {"at", to_unix(evidence.at)},
                    {"waits_for_credentials", evidence.waits_for_credentials}});
}

StoreEvidence store_evidence_from_json(const Json& json) {
  check_version(json);
  StoreEvidence evidence;
  evidence.ok = get<bool>(json, "ok");
  evidence.try_again = get<bool>(json, "try_again");
  evidence.message = message(json, "message");
  evidence.objects = get_between(json, "objects", 0, most_objects);
  evidence.size_bytes = get_between(json, "size_bytes", 0, most_bytes);
  evidence.at = time(json, "at");
  evidence.waits_for_credentials = waits_for_credentials(json);
  return evidence;
}

}  // namespace trainyard
