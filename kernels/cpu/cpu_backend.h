// The reference back-end: OpenBLAS for matrices, plain loops for the rest.
#pragma once
#include "kernels/backend.h"

namespace trainyard {

class CpuBackend final : public Backend {
 public:
  void* allocate(std::size_t bytes) override;
  void release(void* buffer) noexcept override;
  void upload(void* device, const void* host, std::size_t bytes) override;
  void download(void* host, const void* device, std::size_t bytes) override;
  void fill_zero(float* out, std::int64_t count) override;
  void upload_samples(float* out, const std::byte* rows, ElementType type, std::int64_t count,
                      float scale) override;

  void gemm(const Gemm& gemm) override;
  void add_to_rows(float* matrix, const float* row, std::int64_t rows, std::int64_t columns) override;
  void sum_rows(float* row, const float* matrix, std::int64_t rows, std::int64_t columns) override;
  void relu(float* values, std::int64_t count) override;
  void tanh(float* values, std::int64_t count) override;
  void relu_backward(float* gradient, const float* outputs, std::int64_t count) override;
  void tanh_backward(float* gradient, const float* outputs, std::int64_t count) override;

  void softmax_cross_entropy(float* sums, float* gradient, const float* outputs, const std::int32_t* labels,
                             std::int64_t rows, std::int64_t columns, float weight) override;
  void mean_squared_error(float* sums, float* gradient, const float* outputs, const float* targets,
                          std::int64_t rows, std::int64_t columns, float weight) override;

  void sgd(float* parameters, float* velocity, const float* gradient, std::int64_t count,
           const SgdStep& step) override;
  void adam(float* parameters, float* mean, float* mean_square, const float* gradient, std::int64_t count,
            const AdamStep& step) override;
};

}  // namespace trainyard
