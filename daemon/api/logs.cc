#include "daemon/api/handlers.h"
#include "daemon/api/log_file.h"
#include "daemon/api/request_values.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_piece_bytes = 1 << 20;
constexpr int most_attempts = 1'000'000;

// A file of a run or its data set on scratch. `writer_ended`: the job or program that writes the file has
// ended.
struct RunFile {
  std::uint32_t uid = 0;
  ScratchPlace scratch;
  std::string path;
  int attempt = 0;  // 0: a file of the data set
  bool writer_ended = false;
};

bool program_ended(const TrainingRun& run) { return is_over(run.state) || run.state == RunState::storing; }

// Returns the path and the state of the file `name` of the attempt that the query names; without one, of the
// last attempt.
RunFile file_of_attempt(const RouteCall& call, const TrainingRun& run, const std::string& name) {
  int last = run.attempt() == nullptr ? 1 : run.attempt()->number;
  int attempt = static_cast<int>(integer_parameter(call.head.query, "attempt", last, 1, most_attempts));
  std::string directory = layout::attempt_directory(run.scratch.path, run.id, attempt);
  bool ended = name == layout::store_job_log ? is_over(run.state) : program_ended(run);
  return {run.owner.uid, run.scratch, join_path(directory, name), attempt, ended || attempt < last};
}

// Returns the path and the state of the file `name` of the run's data set.
RunFile file_of_data_set(const Api& api, const TrainingRun& run, const char* name) {
  if (run.dataset_digest.empty())
    throw Error(ErrorKind::not_found, "run " + std::to_string(run.id) + " has no data set");
  std::optional<DataSet> data_set = api.ledger.find_data_set(run.dataset_digest);
  const ScratchPlace& scratch = data_set ? data_set->scratch : run.scratch;
  std::string directory = layout::dataset_directory(scratch.path, run.dataset_digest);
  bool on_its_way =
      data_set && (data_set->state == DataSetState::wanted || data_set->state == DataSetState::staging);
  return {run.owner.uid, scratch, join_path(directory, name), 0, is_over(run.state) || !on_its_way};
}

RunFile log_of(const Api& api, const RouteCall& call, const TrainingRun& run) {
  std::string which = text_parameter(call.head.query, "which", "training");
  if (which == "training") return file_of_attempt(call, run, layout::training_log);
  if (which == "train-job") return file_of_attempt(call, run, layout::train_job_log);
  if (which == "store-job") return file_of_attempt(call, run, layout::store_job_log);
  if (which == "stage") return file_of_data_set(api, run, layout::stage_log);
  throw Error(ErrorKind::invalid, "?which=" + which + ": write training, train-job, store-job or stage");
}

// Returns true if the piece is the end of the file, and the file will not grow: the job or program that
// writes it had ended before the piece was read.
bool is_over(const RunFile& file, const FilePiece& piece) {
  return file.writer_ended && piece.next >= piece.size_bytes;
}

std::int64_t from_of(const RouteCall& call) {
  return integer_parameter(call.head.query, "from", 0, 0, INT64_MAX);
}

// Returns the progress in the text of a stage job's progress file; null if the text is empty (there is no
// file) or malformed.
Json progress_in(const std::string& text) {
  try {
    if (text.empty()) return nullptr;
    const StageProgressNote note = stage_progress_from_json(parse_json(text, "the progress"));
    return {{"fetched_bytes", note.fetched_bytes},
            {"size_bytes", note.size_bytes},
            {"objects", note.objects},
            {"elapsed_seconds", note.elapsed_seconds},
            {"earlier_bytes", note.earlier_bytes},
            {"at", to_unix(note.at)}};
  } catch (const Error&) {
    return nullptr;
  }
}

// Has the deputy of the run's owner read a piece of the file, then answers the client with the JSON that
// `answer` makes of it.
template <class Answer>
void read_and_answer(Api& api, const RunFile& file, std::int64_t from, std::int64_t max_bytes, Answer answer,
                     const Responder& responder) {
  api.lanes.run(
      lane_key(file.uid, StepLane::files),
      [=, &users = api.users] {
        FilePiece piece = users.files_of(file.uid, file.scratch)->read_piece(file.path, from, max_bytes);
        return json_response(answer(file, piece));
      },
      [responder](Response response) { responder.send(std::move(response)); },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

}  // namespace

void show_logs(Api& api, RouteCall& call, const Responder& responder) {
  TrainingRun run = run_named(api, call);
  RunFile file = log_of(api, call, run);
  auto max_bytes = integer_parameter(call.head.query, "max", 65536, 4, most_piece_bytes);
  auto answer = [](const RunFile& its_file, FilePiece piece) {
    bool over = is_over(its_file, piece);
    if (!over) drop_begun_character(piece);
    return Json{{"text", piece.bytes},
                {"next", piece.next},
                {"size", piece.size_bytes},
                {"attempt", its_file.attempt},
                {"over", over}};
  };
  read_and_answer(api, file, from_of(call), max_bytes, answer, responder);
}

void show_metrics(Api& api, RouteCall& call, const Responder& responder) {
  TrainingRun run = run_named(api, call);
  RunFile file = file_of_attempt(call, run, layout::metrics_file);
  auto answer = [](const RunFile& its_file, FilePiece piece) {
    // Determined before take_json_lines() moves `next` back: a last line without a newline stays incomplete.
    bool over = is_over(its_file, piece);
    std::vector<Json> metrics = take_json_lines(piece);
    return Json{{"metrics", metrics}, {"next", piece.next}, {"attempt", its_file.attempt}, {"over", over}};
  };
  read_and_answer(api, file, from_of(call), most_piece_bytes, answer, responder);
}

void show_staging(Api& api, RouteCall& call, const Responder& responder) {
  TrainingRun run = run_named(api, call);
  constexpr std::int64_t most_progress_bytes = 4096;
  auto answer = [](const RunFile& file, const FilePiece& piece) {
    if (file.writer_ended) return Json{{"progress", nullptr}};
    return Json{{"progress", progress_in(piece.bytes)}};
  };
  read_and_answer(api, file_of_data_set(api, run, layout::progress_file), 0, most_progress_bytes, answer,
                  responder);
}

}  // namespace trainyard
