#include "daemon/handover/handover.h"

#include <utility>

#include "daemon/base/error.h"

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

template <class T>
T integer(const Json& json, const char* key) {
  auto value = get<std::int64_t>(json, key);
  if (!std::in_range<T>(value)) throw Error(ErrorKind::invalid, std::string(key) + ": out of range");
  return static_cast<T>(value);
}

UtcSeconds time(const Json& json, const char* key) { return from_unix(get<std::int64_t>(json, key)); }

Json objects_to_json(const std::vector<SourceObject>& objects) {
  Json json = Json::array();
  for (const SourceObject& object : objects) json.push_back(to_json(object));
  return json;
}

Json list(const Json& json, const char* key) {
  Json items = get<Json>(json, key);
  if (!items.is_array()) throw Error(ErrorKind::invalid, std::string(key) + ": must be a list");
  return items;
}

std::vector<SourceObject> objects_from_json(const Json& json, const char* key) {
  std::vector<SourceObject> objects;
  for (const Json& item : list(json, key)) objects.push_back(source_object_from_json(item));
  return objects;
}

std::vector<std::string> strings(const Json& json, const char* key) {
  std::vector<std::string> texts;
  for (const Json& item : list(json, key)) {
    if (!item.is_string()) throw Error(ErrorKind::invalid, std::string(key) + ": must be a list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// A program writes what bytes it likes, JSON holds UTF-8: others become U+FFFD.
Json readable(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json readable(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(readable(text));
  return list;
}

}  // namespace

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
                    {"objects", objects_to_json(request.objects)},
                    {"test_objects", objects_to_json(request.test_objects)}});
}

StageRequest stage_request_from_json(const Json& json) {
  check_version(json);
  StageRequest request;
  request.digest = get<std::string>(json, "digest");
  request.directory = get<std::string>(json, "directory");
  request.data = data_spec_from_json(get<Json>(json, "data"));
  request.objects = objects_from_json(json, "objects");
  request.test_objects = objects_from_json(json, "test_objects");
  return request;
}

Json to_json(const StageEvidence& evidence) {
  return versioned({{"ok", evidence.ok},
                    {"try_again", evidence.try_again},
                    {"message", readable(evidence.message)},
                    {"size_bytes", evidence.size_bytes},
                    {"samples", evidence.samples},
                    {"test_samples", evidence.test_samples},
                    {"at", to_unix(evidence.at)}});
}

StageEvidence stage_evidence_from_json(const Json& json) {
  check_version(json);
  StageEvidence evidence;
  evidence.ok = get<bool>(json, "ok");
  evidence.try_again = get<bool>(json, "try_again");
  evidence.message = get<std::string>(json, "message");
  evidence.size_bytes = get<std::int64_t>(json, "size_bytes");
  evidence.samples = get<std::int64_t>(json, "samples");
  evidence.test_samples = get<std::int64_t>(json, "test_samples");
  evidence.at = time(json, "at");
  return evidence;
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
  // Jobs that the release before submitted have none.
  launch.checkpoint_from = get_or<std::string>(json, "checkpoint_from", "");
  launch.may_be_tried_again = get<bool>(json, "may_be_tried_again");
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
  claim.cluster = get<std::string>(json, "cluster");
  claim.job_id = integer<std::uint32_t>(json, "job_id");
  claim.restarts = integer<int>(json, "restarts");
  claim.host = get<std::string>(json, "host");
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
  evidence.hosts = strings(json, "hosts");
  evidence.gpus = integer<int>(json, "gpus");
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
  evidence.exit_code = integer<int>(json, "exit_code");
  evidence.signal = integer<int>(json, "signal");
  evidence.message = get<std::string>(json, "message");
  evidence.data_missing = get<bool>(json, "data_missing");
  evidence.warned = get<bool>(json, "warned");
  evidence.started_at = time(json, "started_at");
  evidence.ended_at = time(json, "ended_at");
  evidence.elapsed_seconds = get<double>(json, "elapsed_seconds");
  evidence.last_lines = strings(json, "last_lines");
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
                    {"at", to_unix(evidence.at)}});
}

StoreEvidence store_evidence_from_json(const Json& json) {
  check_version(json);
  StoreEvidence evidence;
  evidence.ok = get<bool>(json, "ok");
  evidence.try_again = get<bool>(json, "try_again");
  evidence.message = get<std::string>(json, "message");
  evidence.objects = get<std::int64_t>(json, "objects");
  evidence.size_bytes = get<std::int64_t>(json, "size_bytes");
  evidence.at = time(json, "at");
  return evidence;
}

}  // namespace trainyard
