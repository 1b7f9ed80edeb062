#include "daemon/driver/submission_writer.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

constexpr std::size_t most_runs_together = 100;  // a transaction of 100 runs takes some milliseconds

std::string preparing_lane(std::uint32_t uid) { return "submission of " + std::to_string(uid); }

// Returns the uses of the data sets of a submission, all as hits.
SubmissionUses uses_of(const NewSubmission& submission) {
  SubmissionUses uses;
  uses.uid = submission.submission.uid;
  std::map<std::string, std::int64_t> runs;  // by the digest of their data set
  for (const AcceptedAlike& alike : submission.runs) {
    uses.user = alike.event.owner.name;
    if (!alike.event.dataset_digest.empty())
      runs[alike.event.dataset_digest] += static_cast<std::int64_t>(alike.count);
  }
  for (const auto& [digest, count] : runs)
    uses.data_sets.push_back({digest, count, 0, submission.data_sets.at(digest).source_bytes});
  return uses;
}

}  // namespace

// Makes the runs of a submission, and the JSON of their Accepted events. For any thread.
SubmissionWriter::Prepared SubmissionWriter::prepare(const std::vector<AcceptedAlike>& runs,
                                                     std::vector<Manifest> manifests, std::int64_t first_id) {
  Prepared prepared;
  std::int64_t id = first_id;
  auto manifest = manifests.begin();
  for (const AcceptedAlike& alike : runs)
    for (std::size_t n = 0; n < alike.count; ++n) {
      event::Accepted event = alike.event;
      event.manifest = std::move(*manifest++);
      RunEvent accepted(std::move(event));
      prepared.bodies.push_back(body_of(accepted).dump());
      TrainingRun& run = prepared.runs.try_emplace(prepared.runs.end(), id)->second.run;
      run.id = id++;
      apply_event(run, accepted);
    }
  return prepared;
}

void SubmissionWriter::write(NewSubmission submission, Done done, Failed failed) {
  Place writing = writing_.emplace(writing_.end());
  writing->count = submission.manifests.size();
  writing->uses = uses_of(submission);
  writing->given = std::move(submission);
  writing->done = std::move(done);
  writing->failed = std::move(failed);
  if (writing->count > most_runs_together) return begin_large(writing);
  small_.push_back(writing);
  if (small_.size() == 1) write_small_soon();
}

// ---- small submissions, together

void SubmissionWriter::write_small() {
  if (ledger_.is_checkpoint_under_way()) return ledger_.after_checkpoint([this] { write_small_soon(); });
  const std::vector<Place> together = take_small();
  small_turn_.stop();
  if (!small_.empty()) write_small_soon();
  write_together(together);
}

void SubmissionWriter::write_small_soon() {
  small_turn_ = loop_.after(std::chrono::milliseconds(0), [this] { write_small(); });
}

std::vector<SubmissionWriter::Place> SubmissionWriter::take_small() {
  std::size_t runs = 0;
  auto end =
      std::ranges::find_if(small_, [&](Place small) { return (runs += small->count) > most_runs_together; });
  std::vector<Place> taken(small_.begin(), end);
  small_.erase(small_.begin(), end);
  return taken;
}

// Writes these small submissions in one transaction. If this fails, writes each in a transaction of its own,
// so that one for which the disk has no room does not hold back the others. Then makes their runs live and
// calls `done`.
void SubmissionWriter::write_together(const std::vector<Place>& small) {
  std::vector<Data> data;
  try {
    data = enter(small);
  } catch (...) {
    if (small.size() == 1) return fail(small.front(), std::current_exception());
    for (Place writing : small) write_together({writing});
    return;
  }
  std::vector<WrittenSubmission> written;  // all runs are live before the first `done` is called
  for (std::size_t i = 0; i < small.size(); ++i)
    written.push_back(make_live(std::move(small[i]->prepared.runs), data[i]));
  for (std::size_t i = 0; i < small.size(); ++i)
    end(small[i], [&](Writing& over) { over.done(std::move(written[i])); });
}

// Writes the submissions in one transaction. Returns the data of each submission.
std::vector<SubmissionWriter::Data> SubmissionWriter::enter(const std::vector<Place>& small) {
  std::vector<Data> data;
  std::set<std::string> wanted;
  for (Place writing : small) data.push_back(data_of(*writing, wanted));
  ledger_.together([&] {
    for (std::size_t i = 0; i < small.size(); ++i) enter(*small[i], data[i]);
  });
  return data;
}

// Writes one small submission. Copies the manifests, because the transaction can fail and be repeated.
void SubmissionWriter::enter(Writing& small, const Data& data) {
  small.unfinished = ledger_.begin_submission(small.given.submission, small.count);
  small.prepared = prepare(small.given.runs, small.given.manifests, small.unfinished.first_run_id);
  auto body = small.prepared.bodies.begin();
  for (const auto& [id, live] : small.prepared.runs) ledger_.add_run(small.unfinished, live.run, *body++);
  ledger_.finish_submission(small.unfinished, data.wanted, data.uses);
}

// ---- large submissions, in pieces

void SubmissionWriter::begin_large(Place writing) {
  try {
    writing->unfinished = ledger_.begin_submission(writing->given.submission, writing->count);
  } catch (const Error&) {
    return fail(writing, std::current_exception());
  }
  lanes_.run(
      preparing_lane(writing->given.submission.uid),
      [runs = std::move(writing->given.runs), manifests = std::move(writing->given.manifests),
       first_id = writing->unfinished.first_run_id]() mutable {
        return prepare(runs, std::move(manifests), first_id);
      },
      [this, writing](Prepared prepared) {
        writing->prepared = std::move(prepared);
        writing->next = writing->prepared.runs.begin();
        go_on_soon(writing);
      },
      [this, writing](const std::exception_ptr& error) {
        writing->error = error;
        go_on_soon(writing);
      });
}

void SubmissionWriter::go_on_soon(Place writing) {
  writing->turn = loop_.after(std::chrono::milliseconds(0), [this, writing] { go_on(writing); });
}

void SubmissionWriter::go_on(Place writing) {
  if (ledger_.is_checkpoint_under_way())
    return ledger_.after_checkpoint([this, writing] { go_on_soon(writing); });
  if (writing->error) return remove_piece(writing);
  if (writing->written == writing->count) return finish(writing);
  try {
    write_piece(writing);
  } catch (const Error&) {
    writing->error = std::current_exception();
  }
  go_on_soon(writing);
}

void SubmissionWriter::write_piece(Place writing) {
  auto next = writing->next;
  std::size_t written = writing->written;
  ledger_.together([&] {
    for (std::size_t n = 0; n < most_runs_together && next != writing->prepared.runs.end(); ++n, ++next)
      ledger_.add_run(writing->unfinished, next->second.run, writing->prepared.bodies[written++]);
  });
  writing->next = next;
  writing->written = written;
}

// Removes some runs of a failed submission from the ledger. What cannot be removed, the next daemon removes
// at its start.
void SubmissionWriter::remove_piece(Place writing) {
  try {
    if (!ledger_.remove_runs(writing->unfinished, most_runs_together)) return go_on_soon(writing);
  } catch (const Error& e) {
    log_error("event=submission_not_removed submission={}: {}", writing->unfinished.submission_id, e.what());
  }
  fail(writing, writing->error);
}

void SubmissionWriter::finish(Place writing) {
  std::set<std::string> wanted_by_others;
  const Data data = data_of(*writing, wanted_by_others);
  try {
    ledger_.finish_submission(writing->unfinished, data.wanted, data.uses);
  } catch (const Error&) {
    writing->error = std::current_exception();
    return go_on_soon(writing);
  }
  WrittenSubmission written = make_live(std::move(writing->prepared.runs), data);
  end(writing, [&](Writing& over) { over.done(std::move(written)); });
}

void SubmissionWriter::fail(Place writing, const std::exception_ptr& error) {
  end(writing, [&](Writing& over) { over.failed(error); });
}

void SubmissionWriter::end(Place writing, const std::function<void(Writing&)>& tell) {
  std::list<Writing> over;
  over.splice(over.end(), writing_, writing);
  tell(over.front());
  for (const auto& go_on : over.front().others) go_on();
}

// ---- making runs live

// Returns which data sets are to be staged, because they are neither ready nor on their way, and how the runs
// found theirs: the first run that names a missing one is a miss. Asked when the submission is written,
// because this can have changed since the submission came. Adds the missing ones to `wanted_by_others`, which
// has those of submissions in the same transaction.
SubmissionWriter::Data SubmissionWriter::data_of(const Writing& writing,
                                                 std::set<std::string>& wanted_by_others) const {
  Data data{.wanted = {}, .uses = writing.uses};
  data.uses.accepted_at = now();
  for (const auto& [digest, wanted] : writing.given.data_sets)
    if (!entities_.has_data_set(digest) && wanted_by_others.insert(digest).second)
      data.wanted.emplace(digest, wanted);
  for (DataUse& use : data.uses.data_sets)
    if (data.wanted.contains(use.digest) || entities_.is_leaving(use.digest)) {
      --use.hits;
      ++use.misses;
    }
  return data;
}

WrittenSubmission SubmissionWriter::make_live(std::map<std::int64_t, LiveRun> runs, const Data& data) {
  WrittenSubmission written;
  std::ranges::copy(std::views::keys(runs), std::back_inserter(written.run_ids));
  std::ranges::copy(std::views::keys(data.wanted), std::back_inserter(written.wanted));
  for (const auto& [digest, event] : data.wanted) entities_.add(digest, event);
  for (const DataUse& use : data.uses.data_sets) entities_.note_use(use.digest, data.uses.accepted_at);
  entities_.add(std::move(runs));
  return written;
}

std::int64_t SubmissionWriter::unwritten_runs_of(std::uint32_t uid) const {
  std::int64_t runs = 0;
  for (const Writing& writing : writing_)
    if (writing.given.submission.uid == uid)
      runs += static_cast<std::int64_t>(writing.count - writing.written);
  return runs;
}

bool SubmissionWriter::wait_for(const Submission& same, std::function<void()> over) {
  auto writing = std::ranges::find_if(writing_, [&](const Writing& one) {
    const Submission& its = one.given.submission;
    return its.uid == same.uid && its.client_id == same.client_id;
  });
  if (writing == writing_.end()) return false;
  writing->others.push_back(std::move(over));
  return true;
}

}  // namespace trainyard
