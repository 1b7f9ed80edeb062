// UserFiles: the interface by which the daemon has files of one user read and written with that user's
// rights. All files are below the user's part of scratch. Calls block as long as the user's file systems do.
//
// Every function throws Error{unavailable} if the call might succeed later: a file system is full,
// unreachable or not mounted. It throws Error{denied}, {invalid} or {not_found} if the call cannot succeed
// before the user has changed something.
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

// A mounted file system: its source and its type ("10.0.0.5:/scratch", "nfs4").
struct Mount {
  std::string source, type;
  bool operator==(const Mount&) const = default;
};

// A user's part of scratch.
struct ScratchRoot {
  std::string base;            // the site's part, which is not checked: "/scratch"
  std::string path;            // below `base` each folder is the user's own: "/scratch/ada/trainyard/1f3a"
  std::optional<Mount> mount;  // what was mounted there when scratch was made; unset: not made yet
};

// What enter_scratch() (scratch_root.h) has found in the user's part of scratch.
struct ScratchState {
  Mount mount;
  // True if scratch had been made before and the right file system is there, but scratch was empty. It has
  // been made again.
  bool was_purged = false;
};

// The contents of a file that the user, or a job of the user, could have written, so they are not trusted.
struct FileText {
  std::optional<std::string> text;  // unset: the file is not there, or cannot be read
  std::string problem;              // why it cannot be read: "claim: is a FIFO, not a file"
};

struct FilesFound {
  bool has_directory = false;
  bool may_write = false;                 // the user is allowed to make files in the directory
  std::map<std::string, FileText> files;  // by name; one entry for each name asked for
};

// The files of one attempt that its jobs need.
struct AttemptFiles {
  std::string run_directory, directory;
  std::string launch;       // the text of launch.json
  std::string code_digest;  // of the uploaded code; empty: none
};

// Links in `directory` through which the tasks of a job array find the directories of their attempts.
struct ArrayLinks {
  std::string directory;
  std::map<std::string, std::string> targets;  // by the name of the link, which is the task's index
};

// Summary of the list of a data set's objects; the list itself is in the user's part of scratch.
struct SourceList {
  std::string digest;  // of the objects, the options and the owner: it names the data set
  std::int64_t objects = 0, size_bytes = 0;
  bool operator==(const SourceList&) const = default;
};

struct FilePiece {
  std::string bytes;
  std::int64_t next = 0;        // where the next piece begins
  std::int64_t size_bytes = 0;  // of the file
};

class UserFiles {
 public:
  virtual ~UserFiles() = default;

  // Makes the attempts' directories and launch files, and the array's links. All are durable when the call
  // returns. Repeating the call does no harm.
  virtual void prepare_attempts(const std::vector<AttemptFiles>& attempts,
                                const std::optional<ArrayLinks>& array) = 0;

  // Reads the files `names` of a directory, if they are regular files of at most 1 MiB.
  virtual FilesFound read_files(const std::string& directory, const std::vector<std::string>& names) = 0;

  // Revokes the claim of an attempt's agent (handover/claim.h).
  virtual Claim revoke_claim(const std::string& directory, UtcSeconds at) = 0;

  // Makes the directory, removes the files `removed` in it, then writes the files `texts` (by name), each
  // complete or not at all.
  virtual void write_files(const std::string& directory, const std::vector<std::string>& removed,
                           const std::map<std::string, std::string>& texts) = 0;

  // Lists the objects of a data set as they are now, and keeps the list beside the data set.
  virtual SourceList list_sources(const DataSpec& data, const StoreAccess& store) = 0;

  // Asks the store for an object below `url`, to find out whether requests of the user are accepted. Throws
  // Error{no_credentials} if the user has no keys of the store or the store refuses them. Other answers of
  // the store are no errors, such as that it has no such object, or denies this request to the keys.
  virtual void check_credentials(const std::string& url, const StoreAccess& store) = 0;

  // Reads at most `most_bytes` of a file, beginning at byte `from`; nothing from a file that is not there
  // yet.
  virtual FilePiece read_piece(const std::string& path, std::int64_t from, std::int64_t most_bytes) = 0;

  // Returns how many bytes the user may still write on the file system of scratch.
  virtual std::int64_t free_bytes() = 0;

  // Removes a directory and everything in it. No error if it is not there.
  virtual void remove_tree(const std::string& path) = 0;

  // Removes a link, and then its directory if that is empty. No error if they are not there.
  virtual void remove_link(const std::string& directory, const std::string& name) = 0;

  // Store, find and remove archives of code that the user uploaded: see KeptCode (deputy/kept_code.h).
  // `most_bytes`: the limit for all archives of the user together.
  virtual void keep_code(const std::string& digest, UniqueFd archive, std::int64_t most_bytes) = 0;
  virtual std::optional<std::int64_t> find_code(const std::string& digest) = 0;
  virtual void remove_unused_code(const std::set<std::string>& in_use) = 0;
};

}  // namespace trainyard
