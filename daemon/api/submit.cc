#include <algorithm>

#include "daemon/api/code.h"
#include "daemon/api/handlers.h"
#include "daemon/api/query.h"
#include "daemon/api/script_origin.h"
#include "daemon/api/wire.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/manifest/read_manifest.h"

namespace trainyard {
namespace {

constexpr std::size_t most_client_id_bytes = 128;
constexpr std::size_t most_file_name_bytes = 4096;

void check_may_submit(const Api& api, const Caller& caller) {
  if (caller.owner.uid == 0 && !api.settings.allow_root)
    throw Error(
        ErrorKind::denied,
        "root submits no runs: submit as the user whose run it is, or set [daemon] allow_root = true");
}

void check_line(const std::string& what, const std::string& text, std::size_t most_bytes) {
  if (text.size() > most_bytes || !is_one_printable_line(text))
    throw Error(ErrorKind::invalid, what + ": one printable line of at most " + std::to_string(most_bytes) +
                                        " bytes is expected");
}

std::string client_id_of(const Json& body, bool needed) {
  std::string id = get_or<std::string>(body, "client_id", "");
  check_line("client_id", id, most_client_id_bytes);
  if (id.empty() && needed)
    throw Error(
        ErrorKind::invalid,
        "client_id: missing; send any text of your own, and the same one when you repeat the request");
  return id;
}

void check_store(const char* key, const std::string& url) {
  if (url.starts_with("s3://"))
    throw Error(ErrorKind::invalid, std::string(key) + ": " + url + ": s3:// is not there yet: use file://");
}

void check_stores(const Manifest& manifest) {
  if (manifest.data) {
    check_store("data.source", manifest.data->source);
    check_store("data.label_source", manifest.data->label_source);
    check_store("data.test_source", manifest.data->test_source);
    check_store("data.test_label_source", manifest.data->test_label_source);
  }
  check_store("results.target", manifest.results_target);
}

bool wants_code(const Manifest& manifest) {
  const auto* command = std::get_if<CommandSpec>(&manifest.program);
  return command != nullptr && !command->code.empty();
}

// A dry run may ask before anything is uploaded.
void check_code(const Api& api, const SubmitRequest& request) {
  bool wanted = std::any_of(request.manifests.begin(), request.manifests.end(), wants_code);
  if (!wanted && !request.code_digest.empty())
    throw Error(ErrorKind::invalid, "code: the manifest names none in [command]");
  if (!wanted || request.dry_run) return;
  if (request.code_digest.empty())
    throw Error(ErrorKind::invalid,
                "command.code: pack and upload it first (PUT /v1/code/…), as trainyard submit does");
  if (!is_uploaded(api.settings, request.owner.uid, request.code_digest))
    throw Error(ErrorKind::invalid, "code: " + request.code_digest + " was not uploaded: PUT it first");
}

void submit(Api& api, SubmitRequest request, const Responder& responder) {
  for (const Manifest& manifest : request.manifests) check_stores(manifest);
  check_code(api, request);
  int status_when_new = request.dry_run ? 200 : 201;
  api.driver.submit(
      std::move(request),
      [responder, status_when_new](const SubmitAnswer& answer) {
        responder.send(json_response(to_wire(answer), answer.repeated ? 200 : status_when_new));
      },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

}  // namespace

void submit_runs(Api& api, RouteCall& call, const Responder& responder) {
  check_may_submit(api, call.caller);
  Json body = object_body(call.body, {"client_id", "file", "manifest", "code", "dry_run", "set", "from"});
  if (!get_or<Json>(body, "set", Json::object()).empty())
    throw Error(ErrorKind::invalid, "set: values cannot be set beside the manifest yet: write them into it");
  SubmitRequest request;
  request.owner = call.caller.owner;
  request.dry_run = get_or<bool>(body, "dry_run", false);
  request.code_digest = get_or<std::string>(body, "code", "");
  request.submission = {request.owner.uid, client_id_of(body, !request.dry_run),
                        get_or<std::string>(body, "file", "manifest.toml"),
                        get<std::string>(body, "manifest")};
  check_line("file", request.submission.file, most_file_name_bytes);
  request.manifests = read_manifest(request.submission.text, request.submission.file);
  set_script_origin(request.manifests, get_or<Json>(body, "from", nullptr));
  submit(api, std::move(request), responder);
}

void rerun(Api& api, RouteCall& call, const Responder& responder) {
  check_may_submit(api, call.caller);
  TrainingRun run = run_named(api, call);
  if (run.owner.uid != call.caller.owner.uid)
    throw Error(ErrorKind::denied,
                "run " + call.parameter + " is " + run.owner.name + "'s: only its owner reruns it");
  Json body = object_body(call.body, {"client_id"});
  Submission before = api.ledger.submission_of(run.id).value_or(Submission{});
  SubmitRequest request;
  request.owner = call.caller.owner;
  request.submission = {request.owner.uid, client_id_of(body, true), before.file, before.text};
  request.manifests = {*run.manifest};
  request.code_digest = run.code_digest;
  submit(api, std::move(request), responder);
}

}  // namespace trainyard
