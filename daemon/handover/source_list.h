// The list of a data set's objects, as they were when its run was accepted: sources.jsonl beside the data
// set, an object a line. A million objects are a file of some 200 MB: neither the ledger nor the daemon ever
// has them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/atomic_file.h"
#include "daemon/base/digest.h"
#include "daemon/handover/handover.h"

namespace trainyard {

enum class SourcePart { train, test };

// Writes a list object by object, and digests it together with the options of the data set.
class SourceListWriter {
 public:
  // `folder`: where the list grows until commit(), on the file system where it is to appear.
  SourceListWriter(const std::string& folder, const DataSpec& data);

  void add(SourcePart part, const SourceObject& object);
  std::int64_t objects() const { return objects_; }
  std::int64_t size_bytes() const { return size_bytes_; }
  std::string digest() { return digest_.hex(); }  // once, after the last object

  // The list appears under that name, whole; its folder must be there.
  void commit(const std::string& path);

 private:
  void flush();

  AtomicFile file_;
  Sha256 digest_;
  std::string buffer_;
  std::int64_t objects_ = 0, size_bytes_ = 0;
};

// The name of a data set: equal lists with equal options of one owner are one data set, because only the
// store knows who else may read the objects. `list_digest`: SourceListWriter::digest().
std::string data_set_digest(std::uint32_t owner, const std::string& list_digest);

// Adds the objects of a list to the request. Error{not_found} without it, Error{invalid} naming the line.
void read_source_list(const std::string& path, StageRequest& request);

}  // namespace trainyard
