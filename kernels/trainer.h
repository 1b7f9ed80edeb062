// Trainer: data-parallel training of one network. Every rank has the whole model and computes the gradients
// of its share of every batch. Each step sums the gradients over the ranks, so the models stay equal.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "kernels/backend.h"
#include "kernels/comm.h"
#include "kernels/loader.h"
#include "kernels/metrics.h"
#include "kernels/model.h"
#include "kernels/optimizers/optimizer.h"
#include "kernels/settings.h"

namespace trainyard {

// Thrown if the loss becomes infinite or NaN. All ranks throw this error at the same step.
class NumericError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Outcome { trained, stopped };

class Trainer {
 public:
  // Maps the scratch file and builds the model, without communicating with other ranks. Throws Error{invalid}
  // if the settings do not fit the data.
  Trainer(const Settings& settings, Comm& comm);

  // Trains the network. All ranks must call this together. Calls `stop_requested` at every step; if it
  // returns true on one rank, all ranks stop after that step. Rank 0 writes metrics, one line per epoch to
  // stdout and, when the network is trained, the model.
  Outcome train(bool (*stop_requested)());

 private:
  enum class Progress { finished, stopped };
  struct Totals {
    double loss = 0;
    double correct = 0;
  };

  Progress train_epoch(std::int64_t epoch, bool (*stop_requested)());
  StepSums step(const std::vector<std::uint32_t>& order, Range batch, bool stop);
  void train_share(const std::uint32_t* numbers, std::int64_t count, float weight);
  std::optional<Totals> evaluate();
  const float* forward(const Samples& samples, const std::uint32_t* numbers, std::int64_t count);
  void add_loss(const float* outputs, float* gradient, float weight);

  EpochResult result_of(std::int64_t epoch, double seconds, const std::optional<Totals>& held_out) const;
  void announce();
  void report(const EpochResult& result);
  Outcome finish();

  bool has_classes() const { return settings_.training.loss == Loss::cross_entropy; }

  Settings settings_;
  Comm& comm_;
  ScratchInfo data_;
  Samples train_samples_;
  Samples test_samples_;
  std::unique_ptr<Backend> backend_;
  Model model_;
  std::unique_ptr<Optimizer> optimizer_;
  Metrics metrics_;
  Batch batch_;  // on the host
  DeviceArray<float> input_;
  DeviceArray<std::int32_t> labels_;
  DeviceArray<float> targets_;
  Totals train_totals_;  // of the epoch so far, all ranks
  std::chrono::steady_clock::time_point started_;
};

}  // namespace trainyard
