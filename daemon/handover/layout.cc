#include "daemon/handover/layout.h"

#include "daemon/base/fd.h"

namespace trainyard::layout {

std::string credentials_file(const std::string& scratch) { return join_path(scratch, "credentials"); }

std::string datasets_directory(const std::string& scratch) { return join_path(scratch, "datasets"); }

std::string dataset_directory(const std::string& scratch, const std::string& digest) {
  return join_path(datasets_directory(scratch), digest);
}

std::string run_directory(const std::string& scratch, std::int64_t run_id) {
  return join_path(join_path(scratch, "runs"), std::to_string(run_id));
}

std::string attempt_directory(const std::string& scratch, std::int64_t run_id, int attempt) {
  return join_path(run_directory(scratch, run_id), "attempts/" + std::to_string(attempt));
}

std::string array_directory(const std::string& scratch, std::int64_t first_run, int first_attempt) {
  return join_path(join_path(scratch, "arrays"),
                   std::to_string(first_run) + "." + std::to_string(first_attempt));
}

std::string code_directory(const std::string& scratch) { return join_path(scratch, "code"); }

std::string uploaded_code(const std::string& scratch, const std::string& digest) {
  return join_path(code_directory(scratch), digest + ".tar");
}

std::string training_id(std::int64_t run_id) { return "training-" + std::to_string(run_id); }

}  // namespace trainyard::layout
