#include <algorithm>

#include "daemon/api/code_upload.h"
#include "daemon/api/handlers.h"
#include "daemon/api/request_values.h"
#include "daemon/api/script_origin.h"
#include "daemon/api/wire.h"
#include "daemon/base/digest.h"
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

bool wants_code(const Manifest& manifest) {
  const auto* command = std::get_if<CommandSpec>(&manifest.program);
  return command != nullptr && !command->code.empty();
}

// Throws Error{invalid} if the request names uploaded code and no manifest uses any, or if a manifest uses
// code and the request has no valid digest of it. A dry run needs no digest, because it uploads nothing.
void check_code(const SubmitRequest& request) {
  bool wanted = std::any_of(request.manifests.begin(), request.manifests.end(), wants_code);
  if (!wanted && !request.code_digest.empty())
    throw Error(ErrorKind::invalid, "code: the manifest names none in [command]");
  if (!wanted || request.dry_run) return;
  if (request.code_digest.empty())
    throw Error(ErrorKind::invalid,
                "command.code: pack and upload it first (PUT /v1/code/…), as trainyard submit does");
  check_digest(request.code_digest);
}

// The body of a submission; its manifests are not parsed yet.
struct ReadBody {
  SubmitRequest request;
  Json from;
  int umask = 0;
};

// Used if the request names no umask; most systems have this one.
constexpr std::int64_t usual_umask = 022;

int umask_of(const Json& body) {
  const auto umask = get_or<std::int64_t>(body, "umask", usual_umask);
  if (umask < 0 || umask > 0777)
    throw Error(ErrorKind::invalid, "umask: must be a whole number from 0 to 511");
  return static_cast<int>(umask);
}

// Parses the body of a submission. Runs on an I/O worker, because a body can be long. The ledger keeps a
// digest of the contents, because the same client id with other contents is an error.
ReadBody read_submission(const Caller& caller, const std::string& text) {
  const Owner& owner = caller.owner;
  Json body = object_body(text, {"client_id", "file", "manifest", "code", "dry_run", "set", "from", "umask"});
  if (!get_or<Json>(body, "set", Json::object()).empty())
    throw Error(ErrorKind::invalid, "set: values cannot be set beside the manifest yet: write them into it");
  ReadBody read;
  read.request.owner = owner;
  read.request.home = caller.home;
  read.request.groups = caller.groups;
  read.from = get_or<Json>(body, "from", nullptr);
  read.umask = umask_of(body);
  read.request.dry_run = get_or<bool>(body, "dry_run", false);
  read.request.code_digest = get_or<std::string>(body, "code", "");
  Submission& submission = read.request.submission;
  submission.uid = owner.uid;
  submission.client_id = client_id_of(body, !read.request.dry_run);
  submission.file = get_or<std::string>(body, "file", "manifest.toml");
  submission.text = get<std::string>(body, "manifest");
  check_line("file", submission.file, most_file_name_bytes);
  submission.contents =
      sha256(Json{submission.file, submission.text, read.request.code_digest, read.from}.dump());
  return read;
}

// Parses the manifests of a submission. Runs on an I/O worker, too, because a sweep can yield many manifests.
SubmitRequest with_manifests(ReadBody read, const Stores& stores) {
  SubmitRequest request = std::move(read.request);
  request.manifests =
      read_manifest(request.submission.text, request.submission.file, read.from.dump().size());
  set_script_origin(request.manifests, read.from);
  for (Manifest& manifest : request.manifests) {
    manifest.umask = read.umask;
    choose_stores(stores, manifest);
  }
  request.alike = runs_alike(request.manifests);
  return request;
}

// Calls `work` on the loop. If it throws, answers the client with the exception, because no caller would
// catch it.
template <class Work>
void answering(const Responder& responder, Work work) {
  try {
    work();
  } catch (...) {
    responder.fail(std::current_exception());
  }
}

auto failing(const Responder& responder) {
  return [responder](const std::exception_ptr& error) { responder.fail(error); };
}

void answer(const Responder& responder, const SubmitAnswer& answer, bool dry_run) {
  responder.send(json_response(to_wire(answer), answer.repeated || dry_run ? 200 : 201));
}

// If this submission was accepted before, so that its runs exist already, answers the client with them and
// returns true.
bool answered_as_before(const Api& api, const SubmitRequest& request, const Responder& responder) {
  std::optional<SubmitAnswer> before = api.driver.acceptance().submitted_before(request.submission);
  if (before) answer(responder, *before, request.dry_run);
  return before.has_value();
}

void submit(Api& api, SubmitRequest request, const Responder& responder) {
  check_code(request);
  const bool dry_run = request.dry_run;
  api.driver.acceptance().submit(
      std::move(request),
      [responder, dry_run](const SubmitAnswer& accepted) { answer(responder, accepted, dry_run); },
      failing(responder));
}

}  // namespace

void submit_runs(Api& api, RouteCall& call, const Responder& responder) {
  check_may_submit(api, call.caller);
  auto read_and_submit = [&api, responder](ReadBody read) {
    answering(responder, [&] {
      if (answered_as_before(api, read.request, responder)) return;
      api.io.run([read = std::move(read),
                  stores = api.settings.stores]() mutable { return with_manifests(std::move(read), stores); },
                 [&api, responder](SubmitRequest request) {
                   answering(responder, [&] { submit(api, std::move(request), responder); });
                 },
                 failing(responder));
    });
  };
  api.io.run([caller = call.caller, body = std::move(call.body)] { return read_submission(caller, body); },
             read_and_submit, failing(responder));
}

void rerun(Api& api, RouteCall& call, const Responder& responder) {
  check_may_submit(api, call.caller);
  TrainingRun run = run_named(api, call);
  if (run.owner.uid != call.caller.owner.uid)
    throw Error(ErrorKind::denied,
                "run " + call.parameter + " is " + run.owner.name + "'s: only its owner reruns it");
  Submission before = api.ledger.submission_of(run.id).value_or(Submission{});
  auto read = [run, before, caller = call.caller, body = std::move(call.body)] {
    SubmitRequest request;
    const Owner& owner = caller.owner;
    request.owner = owner;
    request.home = caller.home;
    request.groups = caller.groups;
    request.manifests = {*run.manifest};
    request.code_digest = run.code_digest;
    const std::string client_id = client_id_of(object_body(body, {"client_id"}), true);
    request.submission = {owner.uid, client_id, before.file, before.text,
                          sha256("rerun of run " + std::to_string(run.id))};
    return request;
  };
  api.io.run(
      read,
      [&api, responder](SubmitRequest request) {
        answering(responder, [&] {
          if (!answered_as_before(api, request, responder)) submit(api, std::move(request), responder);
        });
      },
      failing(responder));
}

}  // namespace trainyard
