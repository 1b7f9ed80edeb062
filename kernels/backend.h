// Backend: the operations that a device performs for the trainer, on buffers in the device's memory.
// kernels/cpu/ is the reference, with whose results tests compare those of any other device. Matrices are
// row-major and dense. Each Backend is used by one thread. Operations take effect in the order of the calls.
// When download() returns, the data is on the host.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "daemon/base/hdf5.h"
#include "kernels/spec/training.h"

namespace trainyard {

// c = op(a) · op(b) + keep · c, where op(a) is [rows, inner], op(b) [inner, columns], c [rows, columns].
struct Gemm {
  bool transpose_a = false;  // a is stored as [inner, rows]
  bool transpose_b = false;  // b is stored as [columns, inner]
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t inner = 0;
  const float* a = nullptr;
  const float* b = nullptr;
  float* c = nullptr;
  float keep = 0.0F;
};

struct SgdStep {
  float learning_rate, momentum, weight_decay;
};

struct AdamStep {
  float learning_rate, beta1, beta2, epsilon;
  std::int64_t step;  // from 1; corrects the running means, which start at zero
};

class Backend {
 public:
  virtual ~Backend() = default;

  // ---- memory; allocated bytes are zero
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* buffer) noexcept = 0;
  virtual void upload(void* device, const void* host, std::size_t bytes) = 0;
  virtual void download(void* host, const void* device, std::size_t bytes) = 0;
  virtual void fill_zero(float* out, std::int64_t count) = 0;

  // Copies samples to the device as floats: out[i] = rows[i] × scale. `rows`: samples on the host, with
  // elements of type `type`.
  virtual void upload_samples(float* out, const std::byte* rows, ElementType type, std::int64_t count,
                              float scale) = 0;

  // ---- layers
  virtual void gemm(const Gemm& gemm) = 0;
  virtual void add_to_rows(float* matrix, const float* row, std::int64_t rows, std::int64_t columns) = 0;
  virtual void sum_rows(float* row, const float* matrix, std::int64_t rows, std::int64_t columns) = 0;
  virtual void relu(float* values, std::int64_t count) = 0;
  virtual void tanh(float* values, std::int64_t count) = 0;
  // Change `gradient`, which is with respect to the outputs, into the gradient with respect to the inputs, in
  // place.
  virtual void relu_backward(float* gradient, const float* outputs, std::int64_t count) = 0;
  virtual void tanh_backward(float* gradient, const float* outputs, std::int64_t count) = 0;

  // ---- losses: sums[0] += loss of these rows; sums[1] += number of rows in which the label's output is the
  // greatest (classes only). gradient = weight × d(loss)/d(outputs); not computed where gradient is nullptr.
  virtual void softmax_cross_entropy(float* sums, float* gradient, const float* outputs,
                                     const std::int32_t* labels, std::int64_t rows, std::int64_t columns,
                                     float weight) = 0;
  // The loss of a row is the mean of the squared errors of its columns.
  virtual void mean_squared_error(float* sums, float* gradient, const float* outputs, const float* targets,
                                  std::int64_t rows, std::int64_t columns, float weight) = 0;

  // ---- optimizers: update parameters and states by one step
  virtual void sgd(float* parameters, float* velocity, const float* gradient, std::int64_t count,
                   const SgdStep& step) = 0;
  virtual void adam(float* parameters, float* mean, float* mean_square, const float* gradient,
                    std::int64_t count, const AdamStep& step) = 0;
};

// Throws Error{invalid} if this build has no back-end for the device.
std::unique_ptr<Backend> make_backend(Device device);

// An array on the device. The destructor releases it.
template <class T>
class DeviceArray {
 public:
  DeviceArray(Backend& backend, std::int64_t count)
      : backend_(&backend),
        count_(count),
        data_(static_cast<T*>(backend.allocate(static_cast<std::size_t>(count) * sizeof(T)))) {}
  DeviceArray(DeviceArray&& other) noexcept
      : backend_(other.backend_), count_(other.count_), data_(std::exchange(other.data_, nullptr)) {}
  DeviceArray& operator=(DeviceArray&&) = delete;
  ~DeviceArray() { backend_->release(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::int64_t size() const { return count_; }

 private:
  Backend* backend_;
  std::int64_t count_;
  T* data_;
};

}  // namespace trainyard
