#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"

namespace trainyard {

void CpuBackend::gemm(const Gemm& gemm) {
  auto length = [](std::int64_t value) { return static_cast<blasint>(value); };
  if (gemm.rows == 0 || gemm.columns == 0) return;
  cblas_sgemm(CblasRowMajor, gemm.transpose_a ? CblasTrans : CblasNoTrans,
              gemm.transpose_b ? CblasTrans : CblasNoTrans, length(gemm.rows), length(gemm.columns),
              length(gemm.inner), 1.0F, gemm.a, length(gemm.transpose_a ? gemm.rows : gemm.inner), gemm.b,
              length(gemm.transpose_b ? gemm.inner : gemm.columns), gemm.keep, gemm.c, length(gemm.columns));
}

void CpuBackend::add_to_rows(float* matrix, const float* row, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) matrix[r * columns + c] += row[c];
}

void CpuBackend::sum_rows(float* row, const float* matrix, std::int64_t rows, std::int64_t columns) {
  std::fill_n(row, columns, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) row[c] += matrix[r * columns + c];
}

// A NaN stays NaN, so that the trainer's check of the loss finds it.
void CpuBackend::relu(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = values[i] < 0.0F ? 0.0F : values[i];
}

void CpuBackend::tanh(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = std::tanh(values[i]);
}

void CpuBackend::relu_backward(float* gradient, const float* outputs, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) gradient[i] = outputs[i] > 0.0F ? gradient[i] : 0.0F;
}

void CpuBackend::tanh_backward(float* gradient, const float* outputs, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) gradient[i] *= 1.0F - outputs[i] * outputs[i];
}

}  // namespace trainyard
