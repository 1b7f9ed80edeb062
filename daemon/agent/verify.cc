#include "daemon/agent/verify.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "daemon/agent/fetch_journal.h"
#include "daemon/agent/file_target.h"
#include "daemon/agent/key_path.h"
#include "daemon/agent/source_units.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/json.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "kernels/scratch_file.h"

namespace trainyard {
namespace {

Error damage(const std::string& what) { return {ErrorKind::invalid, what}; }

void check_equal(const std::string& what, std::int64_t found, std::int64_t noted) {
  if (found != noted) throw damage(fmt::format("{}: {}, but {} were noted", what, found, noted));
}

// Returns the size of a regular file.
std::int64_t size_of(const std::string& path) {
  const UniqueFd file = open_regular_file(path, LastLink::refuse);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) throw_errno("look at " + path);
  return found.st_size;
}

// ---- a scratch file

std::string check_scratch_file(const VerifyRequest& request) {
  const std::string path = join_path(request.directory, layout::dataset_file);
  check_equal(path + ": size in bytes", size_of(path), request.size_bytes);
  const ScratchInfo info = read_scratch_info(path);
  check_equal(path + ": training samples", info.train_count, request.samples);
  check_equal(path + ": held-out samples", info.test_count, request.test_samples);
  return fmt::format(
      "compared: the size, {}; that it is an HDF5 file in the format of trainyard-scratch(5); its {} + {} "
      "samples, {} of shape [{}]. Not compared: the samples themselves, of which no digest was noted",
      format_size(request.size_bytes), info.train_count, info.test_count, to_string(info.type),
      fmt::join(info.shape, ", "));
}

// ---- files

struct ComparedFiles {
  std::int64_t files = 0, size_bytes = 0;
  bool have_digests = false;
};

// Compares one part of a file with its noted digest; the whole file if it is small.
void check_unit(const Unit& unit, const std::string& path, FileTarget& files, FetchJournal& digests,
                ComparedFiles& compared) {
  if (unit.offset == 0) {
    check_equal(path + ": size in bytes", size_of(path), unit.object.size_bytes);
    ++compared.files;
    compared.size_bytes += unit.object.size_bytes;
  }
  if (!compared.have_digests) return;
  const std::optional<FetchJournal::Noted> noted = digests.noted(unit.number);
  if (!noted) throw damage(path + ": its SHA-256 was not noted, although those of other files were");
  if (files.sha256_of(unit) != noted->sha256)
    throw damage(fmt::format("{}: {} bytes from byte {} on have another SHA-256 than was noted", path,
                             unit.size_bytes, unit.offset));
}

std::string text_of(const ComparedFiles& compared) {
  const std::string files = fmt::format("{} file{}, {}", compared.files, compared.files == 1 ? "" : "s",
                                        format_size(compared.size_bytes));
  if (compared.have_digests) return "compared: the sizes and SHA-256 of " + files;
  return "compared: the sizes of " + files +
         ". Not compared: the contents, because an earlier release staged the files and noted no SHA-256";
}

std::string check_files(const VerifyRequest& request) {
  const std::string list = join_path(request.directory, layout::source_list);
  const std::string folder = join_path(request.directory, layout::raw_folder);
  const auto path_of = [&folder](const Unit& unit) { return path_below(folder, unit.object.key); };
  FileTarget files(path_of, 0700, 0600);
  StageRequest staged;
  staged.directory = request.directory;
  FetchJournal digests(join_path(request.directory, layout::digests_file), identity_of_units(staged, "files"),
                       FetchJournal::Use::read);
  // Only an earlier release kept no digests. Where the file is, it must have those of all units.
  const bool have_digests = std::filesystem::exists(join_path(request.directory, layout::digests_file));
  ComparedFiles compared{.have_digests = have_digests};
  const NextUnit next = units_of(list);
  while (const std::optional<Unit> unit = next()) check_unit(*unit, path_of(*unit), files, digests, compared);
  check_equal(folder + ": bytes of all files", compared.size_bytes, request.size_bytes);
  return text_of(compared);
}

// ---- the outcome

std::string name_of(const VerifyRequest& request) {
  return std::filesystem::path(request.directory).filename().string().substr(0, 12);
}

std::string line_of(const VerifyRequest& request, const Verification& outcome) {
  const std::string name = name_of(request);
  if (!outcome.is_damaged) return fmt::format("{}: as it was staged; {}", name, outcome.text);
  return fmt::format(
      "{0}: damaged: {1}\nremove it with 'trainyard cache drop {0}': it is staged again for the next "
      "run that names it",
      name, outcome.text);
}

}  // namespace

Verification compare_with_notes(const VerifyRequest& request) {
  if (!std::filesystem::exists(request.directory))
    throw Error(ErrorKind::unavailable, request.directory +
                                            ": is not on this host. Scratch is not mounted here, or the "
                                            "data set was removed meanwhile");
  try {
    return {false, request.is_raw ? check_files(request) : check_scratch_file(request)};
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid && e.kind() != ErrorKind::not_found) throw;
    return {true, e.what()};
  }
}

int verify(const VerifyRequest& request) {
  const Verification outcome = compare_with_notes(request);
  const std::string text =
      request.as_json
          ? Json{{"set", name_of(request)}, {"damaged", outcome.is_damaged}, {"text", outcome.text}}.dump(
                -1, ' ', false, Json::error_handler_t::replace)
          : printable_lines(line_of(request, outcome));
  if (std::puts(text.c_str()) < 0 || std::fflush(stdout) != 0)
    throw Error(ErrorKind::unavailable, "the outcome cannot be written to standard output");
  return outcome.is_damaged ? 1 : 0;
}

}  // namespace trainyard
