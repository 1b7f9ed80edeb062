// What trainyardd and trainyard-broker say to each other over a Unix socket of type SOCK_SEQPACKET. Each
// message is one of the structs below, whole and of fixed size, in the machine's own byte order: there is
// nothing to parse.
//
// On connecting, the daemon gets one `survivor` per deputy process that is not reaped yet, then `ready`. From
// then on a `start` is answered at once by `started` or `refused`. Each process that was named by `survivor`
// or `started` is reported `reaped` exactly once, when it is gone. A newer connection of the daemon replaces
// the older one, and when a connection ends, all deputies are killed.
#pragma once
#include <sys/wait.h>

#include <cstdint>

namespace trainyard {

inline constexpr std::uint32_t broker_version = 1;

enum class BrokerVerb : std::uint32_t {
  start = 1,  // a deputy for `uid` of this `kind`
  kill = 2,   // SIGKILL to the deputy of this uid, kind and serial; no error if it is gone already
};

// A user has at most one unreaped deputy of each kind.
enum class DeputyKind : std::uint32_t {
  files = 1,  // his directories, launch files, evidence and logs
  slurm = 2,  // his jobs; opens nothing below scratch or home
};

enum class BrokerEvent : std::uint32_t {
  started = 1,   // the process is there, and comes with one end of a SOCK_STREAM socketpair (SCM_RIGHTS).
                 // The checks that need the name service follow in it: they may still end it, as `reaped`
  refused = 2,   // there is no process; `refusal` says why
  reaped = 3,    // the process is gone: nothing of it runs any more
  survivor = 4,  // a process of an earlier connection, or of an earlier broker, that is still there
  ready = 5,     // all survivors are said
};

// Why there is no deputy. The numbers are those of the wire: new ones go to the end.
enum class Refusal : std::uint32_t {
  none = 0,
  wrong_version,             // the other side is of another release
  bad_request,               // no such verb or kind, a start without serial, or a message of another size
  uid_too_low,               // below --least-uid
  refused_uid,               // said by --refuse-uid, or the daemon's own
  superuser,                 // uid 0, without --allow-root
  sudoer,                    // a member of sudo or wheel, without --allow-sudoers
  not_in_group,              // not a member of --group
  unknown_user,              // the name service has no such uid
  name_service_unavailable,  // the name service did not answer
  still_there,               // an unreaped deputy of the same uid and kind
  too_many,                  // as many deputies as the broker keeps
  fork_failed,               // no process or socket to be had
  privileges_not_dropped,    // the process could have been more than its user
  setup_failed,              // a limit, a descriptor or a directory could not be set up
  exec_failed,               // the program of the deputy could not be executed
};

// What to tell a person: why, and the remedy where there is one. (record.cc: the daemon links it, the broker
// does not.)
const char* words_of(Refusal refusal);

// Whether the same request may succeed later without anybody's doing.
bool passes_by_itself(Refusal refusal);

struct BrokerRequest {
  std::uint32_t version = broker_version;
  BrokerVerb verb{};
  std::uint32_t uid = 0;
  DeputyKind kind{};
  // Of a start: chosen by the daemon, never 0, and never used before, not by an earlier daemon either (begin
  // with the clock). Of a kill: that of the start, or the 0 that a survivor was reported with.
  std::uint64_t serial = 0;
  std::uint8_t reserved[64] = {};  // room for the user's own signature, which would vouch for the uid
};

struct BrokerReport {
  std::uint32_t version = broker_version;
  BrokerEvent event{};
  std::uint32_t uid = 0;
  DeputyKind kind{};
  std::uint64_t serial = 0;  // of the request; 0 for a survivor of an earlier broker
  // With `reaped`: as waitpid(2) says it, -1 for a survivor of an earlier broker, which cannot be waited for.
  std::int32_t wait_status = 0;
  Refusal refusal = Refusal::none;  // with `refused`, and with `reaped` if it never became a deputy
};

static_assert(sizeof(BrokerRequest) == 88 && sizeof(BrokerReport) == 32, "records have no holes");

// A process that ends before it is a deputy says why by its exit status: this plus the refusal. A deputy
// itself never exits with a status from here on.
inline constexpr int first_refusal_status = 200;
constexpr int exit_status_of(Refusal refusal) { return first_refusal_status + static_cast<int>(refusal); }

// none if the process ended in another way.
inline Refusal refusal_in(int wait_status) {
  if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) <= first_refusal_status) return Refusal::none;
  return static_cast<Refusal>(WEXITSTATUS(wait_status) - first_refusal_status);
}

}  // namespace trainyard
