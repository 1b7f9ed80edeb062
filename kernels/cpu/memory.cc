#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels/cpu/cpu_backend.h"

namespace trainyard {
namespace {

constexpr std::size_t alignment = 64;  // bytes; a cache line, and the widest vector register

// Converts `count` values. `rows` can have any address, so the values are copied out and not read through a
// cast.
template <class T>
void scale_values(float* out, const std::byte* rows, std::int64_t count, float scale) {
  for (std::int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, rows + i * static_cast<std::int64_t>(sizeof value), sizeof value);
    out[i] = static_cast<float>(value) * scale;
  }
}

}  // namespace

void* CpuBackend::allocate(std::size_t bytes) {
  std::size_t rounded = (bytes / alignment + 1) * alignment;
  void* buffer = std::aligned_alloc(alignment, rounded);
  if (buffer == nullptr) throw std::bad_alloc();
  std::memset(buffer, 0, rounded);
  return buffer;
}

void CpuBackend::release(void* buffer) noexcept { std::free(buffer); }

void CpuBackend::upload(void* device, const void* host, std::size_t bytes) {
  if (bytes > 0) std::memcpy(device, host, bytes);
}

void CpuBackend::download(void* host, const void* device, std::size_t bytes) {
  if (bytes > 0) std::memcpy(host, device, bytes);
}

void CpuBackend::fill_zero(float* out, std::int64_t count) {
  std::memset(out, 0, static_cast<std::size_t>(count) * sizeof(float));
}

void CpuBackend::upload_samples(float* out, const std::byte* rows, ElementType type, std::int64_t count,
                                float scale) {
  switch (type) {
    case ElementType::u8:
      return scale_values<std::uint8_t>(out, rows, count, scale);
    case ElementType::i32:
      return scale_values<std::int32_t>(out, rows, count, scale);
    case ElementType::f32:
      return scale_values<float>(out, rows, count, scale);
  }
}

}  // namespace trainyard
