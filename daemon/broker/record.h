// The messages between trainyardd and trainyard-broker, over a Unix socket of type SOCK_SEQPACKET. Each
// message is one of the structs below, of fixed size and in the machine's byte order, so that nothing must be
// parsed.
//
// When the daemon connects, it gets one `survivor` for each deputy process that is not reaped yet, then
// `ready`. After that, the broker answers a `start` at once with `started` or `refused`. Each process that
// was named by `survivor` or `started` is reported as `reaped` exactly once, when it is gone. A newer
// connection of the daemon replaces the older one. When a connection ends, all deputies are killed.
#pragma once
#include <sys/wait.h>

#include <cstdint>

namespace trainyard {

inline constexpr std::uint32_t broker_version = 1;

enum class BrokerVerb : std::uint32_t {
  start = 1,  // start a deputy of this `kind` for `uid`
  kill = 2,   // send SIGKILL to the deputy of this uid, kind and serial; no error if it is gone already
};

// A user has at most one unreaped deputy of each kind.
enum class DeputyKind : std::uint32_t {
  files = 1,  // reads and writes the user's files below scratch
  slurm = 2,  // submits, finds and cancels the user's jobs; opens no files of the user
};

enum class BrokerEvent : std::uint32_t {
  started = 1,   // the process exists; the report carries one end of a SOCK_STREAM socketpair (SCM_RIGHTS).
                 // The process then makes the checks that need the name service: if one fails, the process
                 // ends and is `reaped`
  refused = 2,   // no process was started; `refusal` says why
  reaped = 3,    // the process has ended completely
  survivor = 4,  // a process of an earlier connection, or of an earlier broker, that is still there
  ready = 5,     // all survivors have been reported
};

// Why there is no deputy. The numbers are sent in messages, so new reasons are added at the end.
enum class Refusal : std::uint32_t {
  none = 0,
  wrong_version,             // the other side is of another release
  bad_request,               // no such verb or kind, a start without serial, or a message of another size
  uid_too_low,               // below --least-uid
  refused_uid,               // named by --refuse-uid, the daemon's own, or nobody
  superuser,                 // uid 0, without --allow-root
  sudoer,                    // a member of sudo or wheel, without --allow-sudoers
  not_in_group,              // not a member of --group
  unknown_user,              // the name service has no such uid
  name_service_unavailable,  // the name service did not answer
  still_there,               // an unreaped deputy of the same uid and kind
  too_many,                  // the broker has as many deputies as --most-deputies allows
  fork_failed,               // no process or socket could be created
  privileges_not_dropped,    // the process would have had more rights than its user
  setup_failed,              // a limit, a descriptor or a directory could not be set up
  exec_failed,               // the program of the deputy could not be executed
};

// Returns the reason of a refusal in words for a person, with the remedy if there is one. (Defined in
// record.cc, which the daemon links and the broker does not.)
const char* words_of(Refusal refusal);

// Returns true if the same request might succeed later without anybody's action.
bool passes_by_itself(Refusal refusal);

struct BrokerRequest {
  std::uint32_t version = broker_version;
  BrokerVerb verb{};
  std::uint32_t uid = 0;
  DeputyKind kind{};
  // In a `start`: a number that the daemon chooses, not 0 and never used before, not even by an earlier
  // daemon (so the numbers begin with the clock). In a `kill`: the serial of the `start`, or 0 for a survivor
  // that was reported with 0.
  std::uint64_t serial = 0;
  std::uint8_t reserved[64] = {};  // room for a signature by the user, which would prove the uid
};

struct BrokerReport {
  std::uint32_t version = broker_version;
  BrokerEvent event{};
  std::uint32_t uid = 0;
  DeputyKind kind{};
  std::uint64_t serial = 0;  // of the request; 0 for a survivor of an earlier broker
  // With `reaped`: the status from waitpid(2); -1 for a survivor of an earlier broker, which this broker
  // cannot wait for.
  std::int32_t wait_status = 0;
  Refusal refusal = Refusal::none;  // with `refused`, and with `reaped` if the process never became a deputy
};

static_assert(sizeof(BrokerRequest) == 88 && sizeof(BrokerReport) == 32, "records have no holes");

// A process that ends before it becomes a deputy has this number plus the refusal as its exit status. A
// deputy itself never exits with a status of this number or more.
inline constexpr int first_refusal_status = 200;
constexpr int exit_status_of(Refusal refusal) { return first_refusal_status + static_cast<int>(refusal); }

// Returns the refusal that is in the exit status of a process that did not become a deputy; Refusal::none if
// `wait_status` has none.
inline Refusal refusal_in(int wait_status) {
  if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) <= first_refusal_status) return Refusal::none;
  return static_cast<Refusal>(WEXITSTATUS(wait_status) - first_refusal_status);
}

}  // namespace trainyard
