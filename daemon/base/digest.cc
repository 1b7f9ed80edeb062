#include "daemon/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac, &size) == nullptr)
    throw Error(ErrorKind::internal, "HMAC with SHA-256 failed");
  return {reinterpret_cast<const char*>(mac), size};
}

// A hash of libcrypto's.
class HashState {
 public:
  HashState(const EVP_MD* algorithm, std::string name)
      : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free), name_(std::move(name)) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1)
      throw Error(ErrorKind::internal, name_ + " is not to be had from libcrypto");
  }

  void add(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
  }

  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest, &size) != 1) fail();
    return to_hex({reinterpret_cast<const char*>(digest), size});
  }

 private:
  [[noreturn]] void fail() const { throw Error(ErrorKind::internal, name_ + " failed"); }

  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
  std::string name_;
};

Sha256::Sha256() : state_(std::make_unique<HashState>(EVP_sha256(), "SHA-256")) {}
Sha256::~Sha256() = default;
void Sha256::add(std::string_view bytes) { state_->add(bytes); }
std::string Sha256::hex() { return state_->hex(); }

Md5::Md5() : state_(std::make_unique<HashState>(EVP_md5(), "MD5")) {}
Md5::~Md5() = default;
void Md5::add(std::string_view bytes) { state_->add(bytes); }
std::string Md5::hex() { return state_->hex(); }

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::string& path) {
  UniqueFd fd = open_regular_file(path);
  std::vector<char> buffer(1 << 20);
  Sha256 hash;
  while (true) {
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0) throw_errno("read " + path);
    if (got == 0) return hash.hex();
    hash.add({buffer.data(), static_cast<std::size_t>(got)});
  }
}

std::string random_hex(int bytes) {
  std::string random(static_cast<std::size_t>(bytes), '\0');
  if (::getrandom(random.data(), random.size(), 0) != bytes) throw_errno("getrandom");
  return to_hex(random);
}

}  // namespace trainyard
