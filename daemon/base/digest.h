// SHA-256 digests and random bytes. Results are in lower-case hexadecimal, except that of hmac_sha256().
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

// Computes the SHA-256 of a stream: call add() for each part of the stream, then hex() once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Returns `bytes` random bytes from the kernel, in hexadecimal.
std::string random_hex(int bytes);

}  // namespace trainyard
