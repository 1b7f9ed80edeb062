// SHA-256, hex, lower case.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::string& path);

// For streams: add() as often as there are bytes, then hex() once.
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

// n random bytes from the kernel, in hex.
std::string random_hex(int bytes);

}  // namespace trainyard
