// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): random numbers from
// a key and a counter alone. The same (seed, stream) gives the same numbers on every rank and machine.
#pragma once
#include <array>
#include <cstdint>

namespace trainyard {

class Philox {
 public:
  // Streams of one seed are independent of each other.
  Philox(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  std::uint32_t next() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
  }

  // Returns a number in [0, 1), with 24 random bits.
  float uniform() { return static_cast<float>(next() >> 8) * (1.0F / 16777216.0F); }

  // Returns a number in [0, limit), each equally likely (Lemire's method). limit >= 1.
  std::uint32_t below(std::uint32_t limit) {
    std::uint64_t product = std::uint64_t{next()} * limit;
    const std::uint32_t surplus = (0U - limit) % limit;
    while (static_cast<std::uint32_t>(product) < surplus) product = std::uint64_t{next()} * limit;
    return static_cast<std::uint32_t>(product >> 32);
  }

  using Block = std::array<std::uint32_t, 4>;

  // Returns the four random numbers for one counter and one key, as the paper defines them.
  static Block block(Block counter, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
      std::uint64_t product0 = std::uint64_t{0xD2511F53U} * counter[0];
      std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * counter[2];
      counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
                 static_cast<std::uint32_t>(product1),
                 static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
                 static_cast<std::uint32_t>(product0)};
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    return counter;
  }

 private:
  void refill() {
    block_ = block({static_cast<std::uint32_t>(index_), static_cast<std::uint32_t>(index_ >> 32),
                    static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                   static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32));
    ++index_;
    used_ = 0;
  }

  std::uint64_t seed_, stream_, index_ = 0;
  Block block_{};
  std::size_t used_ = 4;
};

}  // namespace trainyard
