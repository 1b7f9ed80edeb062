#include "daemon/broker/record.h"

namespace trainyard {
namespace {

constexpr bool passes = true, lasts = false;

struct Meaning {
  Refusal refusal;
  bool passes_by_itself;
  const char* words;
};

// clang-format off
constexpr Meaning meanings[] = {
    {Refusal::none, passes, "nothing was refused"},
    {Refusal::wrong_version, lasts,
     "trainyardd and trainyard-broker are of different releases; restart both services"},
    {Refusal::bad_request, lasts,
     "trainyard-broker does not understand the request; is it of the same release as trainyardd?"},
    {Refusal::uid_too_low, lasts,
     "the uid is a system user's; trainyard-broker --least-uid says where those of people begin"},
    {Refusal::refused_uid, lasts,
     "the uid is a service's: nobody, trainyardd's own, or one that trainyard-broker --refuse-uid names"},
    {Refusal::superuser, lasts,
     "root may not submit runs; submit as an ordinary user, or start trainyard-broker with --allow-root"},
    {Refusal::sudoer, lasts,
     "members of the groups sudo and wheel may not submit runs, because whoever controls trainyardd could become root "
     "through them; submit as another user, or start trainyard-broker with --allow-sudoers"},
    {Refusal::not_in_group, lasts,
     "the user is not in the group that trainyard-broker --group names; an admin can add him to it"},
    {Refusal::unknown_user, lasts,
     "this machine knows no user with that uid; getent passwd shows whom it knows"},
    {Refusal::name_service_unavailable, passes, "the name service of this machine does not answer"},
    {Refusal::still_there, passes,
     "an earlier process of the same user has not ended yet, perhaps because a file system does not answer"},
    {Refusal::too_many, passes, "trainyard-broker has as many deputies as --most-deputies allows"},
    {Refusal::fork_failed, passes, "this machine, or a limit of the user's, has no room for another process"},
    {Refusal::privileges_not_dropped, lasts,
     "the process would have kept rights of root, and so was ended; see the journal of trainyard-broker"},
    {Refusal::setup_failed, passes,
     "the process could not be prepared; see the journal of trainyard-broker"},
    {Refusal::exec_failed, lasts,
     "trainyard-deputy cannot be executed; is it where trainyard-broker --deputy says, and may everybody execute it?"},
};
// clang-format on

constexpr Meaning unknown{
    Refusal::none, lasts,
    "trainyard-broker refused for a reason that this release of trainyardd does not know"};

const Meaning& meaning_of(Refusal refusal) {
  for (const Meaning& meaning : meanings)
    if (meaning.refusal == refusal) return meaning;
  return unknown;
}

}  // namespace

const char* words_of(Refusal refusal) { return meaning_of(refusal).words; }

bool passes_by_itself(Refusal refusal) { return meaning_of(refusal).passes_by_itself; }

}  // namespace trainyard
