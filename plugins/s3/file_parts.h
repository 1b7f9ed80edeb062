// The parts in which a file is stored, their digests, and the etags that S3 makes of them.
#pragma once
#include <cstdint>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/base/digest.h"
#include "plugins/s3/request.h"

namespace trainyard {

struct UploadSizes {
  std::int64_t part_bytes = std::int64_t{64} << 20;  // a larger file is stored in parts; S3: 5 MiB to 5 GiB
  int most_parts = 10'000;                           // S3's limit
};

// Divides an open file of this size. There is at least one part. Files of the same size have the same parts.
std::vector<FilePart> parts_of(int fd, const std::string& path, std::int64_t size_bytes,
                               const UploadSizes& sizes = {});

// Computes the SHA-256 of each part in a thread of its own, in the order of the parts.
class PartDigests {
 public:
  // Computes also the MD5 of the parts whose indices are in `with_md5`. `parts` must outlive this object.
  explicit PartDigests(const std::vector<FilePart>& parts, std::set<std::size_t> with_md5 = {});

  struct Digest {
    std::string sha256;
    std::string md5;  // empty unless asked for
  };
  // Waits until the digest is known. Throws if the file cannot be read. Call it once for each part.
  Digest of_part(std::size_t index) { return digests_[index].get(); }

 private:
  void compute(const std::stop_token& stop);

  const std::vector<FilePart>& parts_;
  std::set<std::size_t> with_md5_;
  std::vector<std::promise<Digest>> promises_;
  std::vector<std::future<Digest>> digests_;
  std::jthread thread_;
};

// Returns the etag that S3 gives an object of these parts: the MD5 over the MD5s of the parts, and their
// number. Returns "" if one of the parts' etags is no MD5, as of a store that encrypts.
std::string etag_of_parts(const std::vector<std::string>& etags);

// Returns true if S3 gives this etag to an object with the bytes of the open file: the MD5 of the bytes if it
// was stored at once, etag_of_parts() if it was stored in our parts. Reads the file.
bool has_etag(int fd, const std::string& path, std::int64_t size_bytes, const std::string& etag,
              const UploadSizes& sizes = {});

}  // namespace trainyard
