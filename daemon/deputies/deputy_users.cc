#include "daemon/deputies/deputy_users.h"

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/deputy/wire.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Deadlines of requests to deputies for files. If one passes, the user's file system is taken as hanging.
constexpr milliseconds for_files = 10s;
constexpr milliseconds for_many_files = 30s;
constexpr milliseconds for_a_listing = 100s;  // shorter than the 120 s after which a client gives up
constexpr milliseconds for_a_removal = 100s;
constexpr milliseconds for_an_upload = 60s;
// Deadline of a request to Slurm. libslurm has a timeout of its own for slurmctld (MessageTimeout).
constexpr milliseconds for_slurm = 60s;

// The files of many attempts are sent in requests of about this size.
constexpr std::size_t most_attempt_bytes = std::size_t{4} << 20;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Returns the JSON of a deputy's answer; throws the error if the answer has one.
Json answer_in(const Frame& frame) {
  Json answer = parse_json(frame.json, "a deputy's answer");
  if (!answer.is_object()) throw Error(ErrorKind::unavailable, "a deputy's answer makes no sense");
  if (answer.contains("error")) wire::throw_error_in(get<Json>(answer, "error"));
  return answer;
}

Frame file_request(const ScratchRoot& root, const char* verb, Json arguments) {
  Frame frame;
  frame.json =
      text_of({{"verb", verb}, {"scratch", wire::to_json(root)}, {"arguments", std::move(arguments)}});
  return frame;
}

}  // namespace

class RemoteFiles final : public UserFiles {
 public:
  RemoteFiles(DeputyUsers& users, std::uint32_t uid, ScratchPlace scratch)
      : users_(users), uid_(uid), scratch_(std::move(scratch)) {}

  void prepare_attempts(const std::vector<AttemptFiles>& attempts,
                        const std::optional<ArrayLinks>& array) override {
    std::vector<AttemptFiles> some;
    std::size_t bytes = 0;
    for (const AttemptFiles& attempt : attempts) {
      if (bytes > most_attempt_bytes) {
        prepare(std::exchange(some, {}), std::nullopt);
        bytes = 0;
      }
      bytes += attempt.launch.size();
      some.push_back(attempt);
    }
    prepare(some, array);
  }

  FilesFound read_files(const std::string& directory, const std::vector<std::string>& names) override {
    FilesFound found = wire::files_found_from_json(
        call("read_files", {{"directory", directory}, {"names", names}}, for_files));
    for (const std::string& name : names)
      if (!found.files.contains(name))
        throw Error(ErrorKind::unavailable, "a deputy's answer leaves out " + name);
    return found;
  }

  Claim revoke_claim(const std::string& directory, UtcSeconds at) override {
    return claim_from_json(call("revoke_claim", {{"directory", directory}, {"at", to_unix(at)}}, for_files));
  }

  void write_files(const std::string& directory, const std::vector<std::string>& removed,
                   const std::map<std::string, std::string>& texts) override {
    call("write_files", {{"directory", directory}, {"removed", removed}, {"texts", texts}}, for_files);
  }

  SourceList list_sources(const DataSpec& data, const StoreAccess& store) override {
    return wire::source_list_from_json(
        call("list_sources", {{"data", to_json(data)}, {"store", to_json(store)}}, for_a_listing));
  }

  void check_credentials(const std::string& url, const StoreAccess& store) override {
    call("check_credentials", {{"url", url}, {"store", to_json(store)}}, for_a_listing);
  }

  FilePiece read_piece(const std::string& path, std::int64_t from, std::int64_t most_bytes) override {
    Frame answer;
    Json value = call("read_piece", {{"path", path}, {"from", from}, {"most_bytes", most_bytes}}, for_files,
                      {}, &answer);
    return piece_in(std::move(answer), value);
  }

  std::int64_t free_bytes() override {
    const Json bytes = call("free_bytes", Json::object(), for_files);
    if (!bytes.is_number_integer())
      throw Error(ErrorKind::unavailable, "a deputy's answer names no number of free bytes");
    return std::max<std::int64_t>(0, bytes.get<std::int64_t>());
  }

  void remove_tree(const std::string& path) override { call("remove_tree", {{"path", path}}, for_a_removal); }

  void remove_link(const std::string& directory, const std::string& name) override {
    call("remove_link", {{"directory", directory}, {"name", name}}, for_files);
  }

  void keep_code(const std::string& digest, UniqueFd archive, std::int64_t most_bytes) override {
    call("keep_code", {{"digest", digest}, {"most_bytes", most_bytes}}, for_an_upload, std::move(archive));
  }

  void remove_unused_code(const std::set<std::string>& in_use) override {
    call("remove_unused_code", {{"in_use", in_use}}, for_files);
  }

  std::optional<std::int64_t> find_code(const std::string& digest) override {
    Json size = call("find_code", {{"digest", digest}}, for_files);
    return size.is_number_integer() ? std::optional(size.get<std::int64_t>()) : std::nullopt;
  }

  static FilePiece piece_in(Frame answer, const Json& value) {
    return {std::move(answer.bytes), get<std::int64_t>(value, "next"),
            get<std::int64_t>(value, "size_bytes")};
  }

 private:
  void prepare(const std::vector<AttemptFiles>& attempts, const std::optional<ArrayLinks>& array) {
    call("prepare_attempts", {{"attempts", wire::to_json(attempts)}, {"array", wire::to_json(array)}},
         for_many_files);
  }

  Json call(const char* verb, Json arguments, milliseconds deadline, UniqueFd fd = {},
            Frame* whole = nullptr) {
    DeputyCall call{uid_, DeputyKind::files,
                    file_request(users_.root_of(uid_, scratch_), verb, std::move(arguments)), deadline};
    call.request.fd = std::move(fd);
    Frame frame = users_.deputies_.call_and_wait(std::move(call));
    Json answer = answer_in(frame);
    users_.learn(uid_, scratch_, wire::scratch_state_from_json(get<Json>(answer, "scratch")));
    if (whole != nullptr) *whole = std::move(frame);
    return get<Json>(answer, "value");
  }

  DeputyUsers& users_;
  std::uint32_t uid_;
  ScratchPlace scratch_;
};

namespace {

class RemoteJobs final : public SchedulerActor {
 public:
  RemoteJobs(Deputies& deputies, SchedulerReader& reader, std::uint32_t uid, const Json& settings)
      : deputies_(deputies), reader_(reader), uid_(uid), settings_(settings) {}

  // Does not use the SendBefore argument: the deputy itself must begin no change after the call's deadline
  // (Frame::begin_before), and callers wait at least that long.
  QueuedJob submit(const JobRequest& request, SendBefore) override {
    Json answer = call("submit", {{"request", wire::to_json(request)}});
    try {
      return wire::queued_job_from_json(answer);
    } catch (const Error& e) {
      throw Error(ErrorKind::unavailable, std::string("a deputy's answer names no job: ") + e.what());
    }
  }

  std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) override {
    return wire::jobs_from_json(call("find", {{"tokens", tokens}, {"uid", uid}, {"since", to_unix(since)}}));
  }

  void release(const JobKey& job, const Token& token, SendBefore) override {
    call("release", {{"job", wire::to_json(job)}, {"token", token}});
  }

  void cancel(const JobKey& job, const Token& token, SendBefore) override {
    call("cancel", {{"job", wire::to_json(job)}, {"token", token}});
  }

  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) override {
    return wire::plan_drift_from_json(call("apply_plans", {{"plans", wire::to_json(plans)}}));
  }

 private:
  Json call(const char* verb, Json arguments) {
    reader_.count_deputy(verb);
    DeputyCall call{uid_, DeputyKind::slurm, {}, for_slurm};
    call.request.json =
        text_of({{"verb", verb}, {"settings", settings_}, {"arguments", std::move(arguments)}});
    return get<Json>(answer_in(deputies_.call_and_wait(std::move(call))), "value");
  }

  Deputies& deputies_;
  SchedulerReader& reader_;
  std::uint32_t uid_;
  const Json& settings_;
};

}  // namespace

DeputyUsers::DeputyUsers(Loop& loop, Deputies& deputies, SchedulerReader& reader, Json scheduler_settings,
                         const std::vector<KnownMount>& mounts, std::function<void(const KnownMount&)> keep)
    : loop_(loop),
      deputies_(deputies),
      reader_(reader),
      scheduler_settings_(std::move(scheduler_settings)),
      keep_(std::move(keep)) {
  mounts_.with([&](std::map<Path, Mount>& known) {
    for (const KnownMount& mount : mounts) known[{mount.uid, mount.path}] = mount.mount;
    return 0;
  });
}

std::unique_ptr<UserFiles> DeputyUsers::files_of(std::uint32_t uid, const ScratchPlace& scratch) {
  return std::make_unique<RemoteFiles>(*this, uid, scratch);
}

std::unique_ptr<SchedulerActor> DeputyUsers::jobs_of(std::uint32_t uid) {
  return std::make_unique<RemoteJobs>(deputies_, reader_, uid, scheduler_settings_);
}

ScratchRoot DeputyUsers::root_of(std::uint32_t uid, const ScratchPlace& scratch) {
  ScratchRoot root{scratch.base, scratch.path, std::nullopt};
  mounts_.with([&](std::map<Path, Mount>& known) {
    if (auto found = known.find({uid, scratch.path}); found != known.end()) root.mount = found->second;
    return 0;
  });
  return root;
}

void DeputyUsers::learn(std::uint32_t uid, const ScratchPlace& scratch, const ScratchState& state) {
  if (state.was_purged) log_warning("event=scratch_made_again uid={} path={}", uid, scratch.path);
  bool is_new = mounts_.with([&](std::map<Path, Mount>& known) {
    return known.emplace(Path{uid, scratch.path}, state.mount).second;
  });
  if (!is_new) return;
  loop_.post([keep = keep_, mount = KnownMount{uid, scratch.path, state.mount}] { keep(mount); });
}

}  // namespace trainyard
