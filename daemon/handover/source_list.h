// The list of a data set's objects, as they were when the run was accepted: the file sources.jsonl beside the
// data set, one object per line. A million objects make a file of about 200 MB, so the list is neither in the
// ledger nor in the daemon's memory.
#pragma once
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/atomic_file.h"
#include "daemon/base/digest.h"
#include "daemon/handover/handover.h"

namespace trainyard {

enum class SourcePart { train, test };

// Writes a list object by object, and computes a digest of the list and the data set's options.
class SourceListWriter {
 public:
  // Writes the list to a temporary file in `folder`, which must be on the file system of commit()'s `path`.
  SourceListWriter(const std::string& folder, const DataSpec& data);

  void add(SourcePart part, const SourceObject& object);
  std::int64_t objects() const { return objects_; }
  std::int64_t size_bytes() const { return size_bytes_; }
  std::string digest() { return digest_.hex(); }  // call it once, after the last object

  // Renames the complete list to `path`, whose folder must exist.
  void commit(const std::string& path);

 private:
  void flush();

  AtomicFile file_;
  Sha256 digest_;
  std::string buffer_;
  std::int64_t objects_ = 0, size_bytes_ = 0;
};

// Returns the digest that names a data set of this owner. Equal lists with equal options of one owner are one
// data set: the same store, by its name, URLs, keys, etags and sizes of objects, format and all options of
// [data]. The credentials do not count. Owners do not share data sets, because only the store knows who else
// may read the objects. `list_digest`: SourceListWriter::digest().
std::string data_set_digest(std::uint32_t owner, const std::string& list_digest);

// Reads a list object by object. Error{not_found} if the list does not exist, Error{invalid} naming the line
// that is wrong.
class SourceListReader {
 public:
  explicit SourceListReader(std::string path);
  struct Entry {
    SourcePart part = SourcePart::train;
    SourceObject object;
  };
  std::optional<Entry> next();

 private:
  std::string path_;
  std::ifstream file_;
  std::string text_;
  int line_ = 0;
};

// Adds the objects of a list to the request. Error{not_found} if the list does not exist, Error{invalid}
// naming the line that is wrong.
void read_source_list(const std::string& path, StageRequest& request);

}  // namespace trainyard
