#include "daemon/run/events.h"

#include <array>

#include "daemon/base/error.h"
#include "daemon/run/event_values.h"

namespace trainyard {
namespace {

// In the order of the enumerations, and of the alternatives of RunEvent and DataSetEvent.
constexpr std::array role_names{"stage", "train", "store"};
constexpr std::array result_names{"completed", "failed", "cancelled"};
constexpr std::array run_event_names{"accepted",      "admitted",  "submitted",        "released",
                                     "started",       "ended",     "settled",          "stored",
                                     "store_retried", "failed",    "cancel_requested", "cancelled",
                                     "retried",       "corrected", "waiting",          "suspended",
                                     "resumed",       "used",      "reassigned"};
constexpr std::array data_set_event_names{"wanted", "staging",  "ready",  "stage_failed", "evicted",
                                          "used",   "evicting", "pinned", "unpinned"};

Json with_segment(Json body, const std::optional<Segment>& segment) {
  if (segment) body["segment"] = to_json(*segment);
  return body;
}

Json with_last_seen(Json body, const std::optional<UtcSeconds>& time) {
  if (time) body["last_seen_at"] = to_unix(*time);
  return body;
}

// ---- events to JSON, one overload each

Json body(const event::Accepted& e) {
  return {{"owner", to_json(e.owner)},   {"manifest", to_json(e.manifest)}, {"plan", e.plan},
          {"dataset", e.dataset_digest}, {"code", e.code_digest},           {"scratch", to_json(e.scratch)},
          {"account", e.account}};
}
Json body(const event::Admitted& e) {
  Json json{{"attempt", e.attempt}};
  if (e.array)
    json["array"] = {
        {"run", e.array->first_run}, {"attempt", e.array->first_attempt}, {"task", e.array->task}};
  return json;
}
Json body(const event::Submitted& e) {
  Json json{{"train", to_json(e.train)}};
  if (!e.said.empty()) json["said"] = e.said;
  return json;
}
Json body(const event::Released& e) { return {{"store", to_json(e.store)}}; }
Json body(const event::Started& e) {
  return {{"started_at", to_unix(e.started_at)}, {"nodes", e.nodes}, {"gpus", e.gpus}};
}
Json body(const event::Reassigned& e) { return {{"account", e.account}}; }
Json body(const event::Used& e) {
  return {{"role", to_string(e.role)}, {"segment", to_json(e.segment)}, {"reason", e.reason}};
}
Json body(const event::Waiting& e) { return {{"for", e.what.what}, {"words", e.what.words}}; }
Json body(const event::Suspended& e) { return {{"since", to_unix(e.since)}}; }
Json body(const event::Resumed& e) {
  return {{"since", to_unix(e.suspended.since)}, {"until", to_unix(e.suspended.until)}};
}
Json body(const event::Ended& e) { return {{"role", to_string(e.role)}, {"job", to_json(e.job)}}; }
Json body(const event::Settled& e) {
  Json settled{{"result", to_string(e.result)},
               {"cause", to_string(e.cause)},
               {"reason", e.reason},
               {"exit_code", e.exit_code ? Json(*e.exit_code) : Json()},
               {"signal", e.signal ? Json(*e.signal) : Json()},
               {"last_lines", e.last_lines}};
  return with_last_seen(with_segment(settled, e.segment), e.last_seen_at);
}
Json body(const event::Stored& e) {
  return with_segment({{"objects", e.objects}, {"size_bytes", e.size_bytes}}, e.segment);
}
Json body(const event::StoreRetried& e) {
  return with_segment({{"reason", e.reason}, {"store", to_json(e.store)}}, e.segment);
}
Json body(const event::Failed& e) { return with_segment({{"reason", e.reason}}, e.segment); }
Json body(const event::CancelRequested& e) { return {{"by", e.by}}; }
Json body(const event::Cancelled&) { return Json::object(); }
Json body(const event::Retried& e) {
  Json retried{{"cause", to_string(e.cause)},
               {"reason", e.reason},
               {"data_missing", e.data_missing},
               {"avoid", e.avoid}};
  return with_last_seen(with_segment(retried, e.segment), e.last_seen_at);
}
Json body(const event::Corrected& e) {
  return {{"reason", e.reason}, {"was", to_json(e.was)}, {"is", to_json(e.is)}};
}
Json body(const event::Wanted& e) {
  return {{"owner", to_json(e.owner)},
          {"data", to_json(e.data)},
          {"object_count", e.objects},
          {"source_bytes", e.source_bytes},
          {"scratch", to_json(e.scratch)}};
}
Json body(const event::Staging& e) { return {{"attempt", e.attempt}, {"job", to_json(e.job)}}; }
Json body(const event::Ready& e) {
  return with_segment(
      {{"size_bytes", e.size_bytes}, {"samples", e.samples}, {"test_samples", e.test_samples}}, e.segment);
}
Json body(const event::StageFailed& e) {
  Json failed{{"reason", e.reason}, {"try_again", e.try_again}};
  if (e.waits_for_credentials) failed["waits_for_credentials"] = true;
  return with_segment(failed, e.segment);
}
Json body(const event::Evicting&) { return Json::object(); }
Json body(const event::Evicted&) { return Json::object(); }
Json body(const event::Pinned& e) { return {{"by", e.by}}; }
Json body(const event::Unpinned& e) { return {{"by", e.by}}; }
Json body(const event::Unknown& e) { return e.body; }

// ---- JSON to events, one specialisation each

template <class E>
E from_body(UtcSeconds at, const Json& json);

template <>
event::Accepted from_body(UtcSeconds at, const Json& json) {
  return {at,
          owner_from_json(get<Json>(json, "owner")),
          manifest_from_json(get<Json>(json, "manifest")),
          get<std::string>(json, "plan"),
          get<std::string>(json, "dataset"),
          get<std::string>(json, "code"),
          scratch_place_from(json),
          get_or<std::string>(json, "account", "")};
}
template <>
event::Admitted from_body(UtcSeconds at, const Json& json) {
  event::Admitted admitted{at, static_cast<int>(get<std::int64_t>(json, "attempt"))};
  if (json.contains("array")) {
    Json place = get<Json>(json, "array");
    admitted.array =
        ArrayPlace{get<std::int64_t>(place, "run"), static_cast<int>(get<std::int64_t>(place, "attempt")),
                   static_cast<std::uint32_t>(get<std::int64_t>(place, "task"))};
  }
  return admitted;
}
template <>
event::Submitted from_body(UtcSeconds at, const Json& json) {
  return {at, job_key_from_json(get<Json>(json, "train")), get_or<std::string>(json, "said", "")};
}
template <>
event::Released from_body(UtcSeconds at, const Json& json) {
  return {at, job_key_from_json(get<Json>(json, "store"))};
}
template <>
event::Started from_body(UtcSeconds at, const Json& json) {
  return {at, from_unix(get<std::int64_t>(json, "started_at")), get<std::string>(json, "nodes"),
          static_cast<int>(get_or<std::int64_t>(json, "gpus", 0))};
}
template <>
event::Reassigned from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "account")};
}
template <>
event::Used from_body(UtcSeconds at, const Json& json) {
  return {at, value_in<JobRole>(role_names, get<std::string>(json, "role")),
          segment_from_json(get<Json>(json, "segment")), get<std::string>(json, "reason")};
}
template <>
event::Waiting from_body(UtcSeconds at, const Json& json) {
  return {at, {get<std::string>(json, "for"), get<std::string>(json, "words")}};
}
template <>
event::Suspended from_body(UtcSeconds at, const Json& json) {
  return {at, from_unix(get<std::int64_t>(json, "since"))};
}
template <>
event::Resumed from_body(UtcSeconds at, const Json& json) {
  return {at, {from_unix(get<std::int64_t>(json, "since")), from_unix(get<std::int64_t>(json, "until"))}};
}
template <>
event::Ended from_body(UtcSeconds at, const Json& json) {
  return {at, value_in<JobRole>(role_names, get<std::string>(json, "role")),
          job_status_from_json(get<Json>(json, "job"))};
}
template <>
event::Settled from_body(UtcSeconds at, const Json& json) {
  return {at,
          value_in<Result>(result_names, get<std::string>(json, "result")),
          cause_from(get<std::string>(json, "cause")),
          get<std::string>(json, "reason"),
          optional_int(json, "exit_code"),
          optional_int(json, "signal"),
          lines_from_json(json, "last_lines"),
          optional_segment_from(json),
          optional_time_from(json, "last_seen_at")};
}
template <>
event::Stored from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::int64_t>(json, "objects"), get<std::int64_t>(json, "size_bytes"),
          optional_segment_from(json)};
}
template <>
event::StoreRetried from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "reason"), job_key_from_json(get<Json>(json, "store")),
          optional_segment_from(json)};
}
template <>
event::Failed from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "reason"), optional_segment_from(json)};
}
template <>
event::CancelRequested from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "by")};
}
template <>
event::Cancelled from_body(UtcSeconds at, const Json&) {
  return {at};
}
template <>
event::Retried from_body(UtcSeconds at, const Json& json) {
  return {at,
          cause_from(get<std::string>(json, "cause")),
          get<std::string>(json, "reason"),
          get<bool>(json, "data_missing"),
          get<std::string>(json, "avoid"),
          optional_segment_from(json),
          optional_time_from(json, "last_seen_at")};
}
template <>
event::Corrected from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "reason"), segment_from_json(get<Json>(json, "was")),
          segment_from_json(get<Json>(json, "is"))};
}
template <>
event::Wanted from_body(UtcSeconds at, const Json& json) {
  event::Wanted wanted;
  wanted.at = at;
  wanted.owner = owner_from_json(get<Json>(json, "owner"));
  wanted.data = data_spec_from_json(get<Json>(json, "data"));
  wanted.scratch = scratch_place_from(json);
  wanted.objects = get_or<std::int64_t>(json, "object_count", 0);
  wanted.source_bytes = get_or<std::int64_t>(json, "source_bytes", 0);
  // Events of earlier releases have the list of objects itself.
  for (const char* list : {"objects", "test_objects"})
    for (const Json& object : get_or(json, list, Json::array())) {
      ++wanted.objects;
      wanted.source_bytes += get_or<std::int64_t>(object, "size_bytes", 0);
    }
  return wanted;
}
template <>
event::Staging from_body(UtcSeconds at, const Json& json) {
  return {at, static_cast<int>(get<std::int64_t>(json, "attempt")),
          job_key_from_json(get<Json>(json, "job"))};
}
template <>
event::Ready from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::int64_t>(json, "size_bytes"), get<std::int64_t>(json, "samples"),
          get<std::int64_t>(json, "test_samples"), optional_segment_from(json)};
}
template <>
event::StageFailed from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "reason"), get<bool>(json, "try_again"), optional_segment_from(json),
          get_or<bool>(json, "waits_for_credentials", false)};
}
template <>
event::Evicting from_body(UtcSeconds at, const Json&) {
  return {at};
}
template <>
event::Evicted from_body(UtcSeconds at, const Json&) {
  return {at};
}
template <>
event::Pinned from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "by")};
}
template <>
event::Unpinned from_body(UtcSeconds at, const Json& json) {
  return {at, get<std::string>(json, "by")};
}

// Parses `json` as the event with this name: the alternative of the variant with the index that the name has
// in `names`. For a name that is not in `names`, makes event::Unknown, the last alternative.
template <class Variant, std::size_t index = 0, std::size_t known>
Variant from_name(const std::array<const char*, known>& names, const std::string& name, UtcSeconds at,
                  const Json& json) {
  if constexpr (index < known) {
    if (name == names[index]) return from_body<std::variant_alternative_t<index, Variant>>(at, json);
    return from_name<Variant, index + 1>(names, name, at, json);
  } else {
    return event::Unknown{at, name, json};
  }
}

template <class Variant, std::size_t known>
const char* name_among(const std::array<const char*, known>& names, const Variant& event) {
  const auto* unknown = std::get_if<event::Unknown>(&event);
  return unknown != nullptr ? unknown->name.c_str() : names.at(event.index());
}

const Segment* address_of(const std::optional<Segment>& segment) { return segment ? &*segment : nullptr; }

// Return the usage that an event charges, one overload for each kind of event. All other events charge
// nothing.
Charge charge(const event::Used& e) { return {&e.segment, e.role, e.reason}; }
Charge charge(const event::Settled& e) { return {address_of(e.segment), JobRole::train}; }
Charge charge(const event::Retried& e) { return {address_of(e.segment), JobRole::train}; }
Charge charge(const event::Stored& e) { return {address_of(e.segment), JobRole::store}; }
Charge charge(const event::StoreRetried& e) { return {address_of(e.segment), JobRole::store}; }
Charge charge(const event::Failed& e) { return {address_of(e.segment), JobRole::store}; }
Charge charge(const event::Ready& e) { return {address_of(e.segment), JobRole::stage}; }
Charge charge(const event::StageFailed& e) { return {address_of(e.segment), JobRole::stage}; }
template <class Other>
Charge charge(const Other&) {
  return {};
}

static_assert(run_event_names.size() + 1 == std::variant_size_v<RunEvent>);
static_assert(data_set_event_names.size() + 1 == std::variant_size_v<DataSetEvent>);

}  // namespace

const char* to_string(JobRole role) { return name_in(role_names, role); }
JobRole job_role_from(const std::string& name) { return value_in<JobRole>(role_names, name); }
const char* to_string(Result result) { return name_in(result_names, result); }

const char* name_of(const RunEvent& event) { return name_among(run_event_names, event); }
const char* name_of(const DataSetEvent& event) { return name_among(data_set_event_names, event); }

UtcSeconds time_of(const RunEvent& event) {
  return std::visit([](const auto& e) { return e.at; }, event);
}
UtcSeconds time_of(const DataSetEvent& event) {
  return std::visit([](const auto& e) { return e.at; }, event);
}

Json body_of(const RunEvent& event) {
  return std::visit([](const auto& e) { return body(e); }, event);
}
Json body_of(const DataSetEvent& event) {
  return std::visit([](const auto& e) { return body(e); }, event);
}

RunEvent run_event(const std::string& name, UtcSeconds at, const Json& body) {
  return from_name<RunEvent>(run_event_names, name, at, body);
}
DataSetEvent data_set_event(const std::string& name, UtcSeconds at, const Json& body) {
  return from_name<DataSetEvent>(data_set_event_names, name, at, body);
}

Charge charge_of(const RunEvent& event) {
  return std::visit([](const auto& e) { return charge(e); }, event);
}
Charge charge_of(const DataSetEvent& event) {
  return std::visit([](const auto& e) { return charge(e); }, event);
}

std::optional<UtcSeconds> last_sign_of_life(const RunEvent& event) {
  if (const auto* settled = std::get_if<event::Settled>(&event)) return settled->last_seen_at;
  if (const auto* retried = std::get_if<event::Retried>(&event)) return retried->last_seen_at;
  return std::nullopt;
}

}  // namespace trainyard
