// UserFiles: what the daemon has done with files of one user, by that user. Everything lies below his part of
// scratch. Calls block for as long as his file systems do.
//
// Throws Error{unavailable} when it may succeed later: a file system that is full, away or not mounted. What
// the user himself has broken is Error{denied}, {invalid} or {not_found}.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/fd.h"
#include "daemon/handover/handover.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Of a mounted file system: what it is, and its type ("10.0.0.5:/scratch", "nfs4").
struct Mount {
  std::string source, type;
  bool operator==(const Mount&) const = default;
};

// A user's part of scratch.
struct ScratchRoot {
  std::string base;            // the site's, not looked at: "/scratch"
  std::string path;            // the user's own from the next component on: "/scratch/ada/trainyard/1f3a"
  std::optional<Mount> mount;  // what was mounted there when it was made; unset: it was never made
};

// What an entry into a user's part of scratch has found.
struct ScratchState {
  Mount mount;
  bool was_purged =
      false;  // it had been made before, the right file system is there, and it was empty: made again
};

// A file that the user, or his job, may have written.
struct FileText {
  std::optional<std::string> text;  // unset: not there, or `problem`
  std::string problem;              // why it cannot be read: "claim: is a FIFO, not a file"
};

struct FilesFound {
  bool has_directory = false;
  bool may_write = false;                 // the user may make files in it
  std::map<std::string, FileText> files;  // by name; one entry for each name asked for
};

// The files of one attempt, which its jobs will look for.
struct AttemptFiles {
  std::string run_directory, directory;
  std::string launch;       // the text of launch.json
  std::string code_digest;  // of the uploaded code; empty: none
};

// Where the tasks of an array find the directories of their attempts.
struct ArrayLinks {
  std::string directory;
  std::map<std::string, std::string> targets;  // by the name of the link
};

// The objects of a data set; the list itself lies in the user's part of scratch.
struct SourceList {
  std::string digest;  // of the objects, the options and the owner: it names the data set
  std::int64_t objects = 0, size_bytes = 0;
  bool operator==(const SourceList&) const = default;
};

struct FilePiece {
  std::string bytes;
  std::int64_t next = 0;        // where to go on
  std::int64_t size_bytes = 0;  // of the file
};

class UserFiles {
 public:
  virtual ~UserFiles() = default;

  // Makes directories and launch files; all are durable when it returns. Repeating the call does no harm.
  virtual void prepare_attempts(const std::vector<AttemptFiles>& attempts,
                                const std::optional<ArrayLinks>& array) = 0;

  // Of these files of a directory, those that are plain and have at most 1 MiB.
  virtual FilesFound read_files(const std::string& directory, const std::vector<std::string>& names) = 0;

  // Takes an attempt away from its agent (handover/claim.h).
  virtual Claim revoke_claim(const std::string& directory, UtcSeconds at) = 0;

  // Makes the directory, removes these files in it, then writes those, each complete or not at all.
  virtual void write_files(const std::string& directory, const std::vector<std::string>& removed,
                           const std::map<std::string, std::string>& texts) = 0;

  // Lists the objects of a data set as they are now, and keeps the list beside the data set.
  virtual SourceList list_sources(const DataSpec& data) = 0;

  // At most `most_bytes` of a file from `from` on; nothing from a file that is not there yet.
  virtual FilePiece read_piece(const std::string& path, std::int64_t from, std::int64_t most_bytes) = 0;

  // Removes a directory with all that is in it. Nothing there is no error.
  virtual void remove_tree(const std::string& path) = 0;

  // Removes a link, and its directory when that is empty then. Nothing there is no error.
  virtual void remove_link(const std::string& directory, const std::string& name) = 0;

  // Packed code that the user uploaded (deputy/kept_code.h): `most_bytes` for all of it.
  virtual void keep_code(const std::string& digest, UniqueFd archive, std::int64_t most_bytes) = 0;
  virtual std::optional<std::int64_t> find_code(const std::string& digest) = 0;
  virtual void remove_unused_code(const std::set<std::string>& in_use) = 0;
};

}  // namespace trainyard
