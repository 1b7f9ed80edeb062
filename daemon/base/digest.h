// SHA-256 and MD5 digests, and random bytes. Results are in lower-case hexadecimal unless said otherwise.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::string& path);

// Returns the HMAC of the message with SHA-256: 32 bytes, not hexadecimal.
std::string hmac_sha256(std::string_view key, std::string_view message);

std::string to_hex(std::string_view bytes);

class HashState;

// Computes the SHA-256 of a stream: call add() for each part of the stream, then hex() once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  std::string hex();

 private:
  std::unique_ptr<HashState> state_;
};

// As Sha256, but computes the MD5. Only for comparing with digests that others have computed: MD5 is broken.
class Md5 {
 public:
  Md5();
  ~Md5();
  void add(std::string_view bytes);
  std::string hex();

 private:
  std::unique_ptr<HashState> state_;
};

// Returns `bytes` random bytes from the kernel, in hexadecimal.
std::string random_hex(int bytes);

}  // namespace trainyard
