#include "kernels/trainer.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "daemon/base/error.h"
#include "kernels/model_file.h"

namespace trainyard {
namespace {

constexpr std::int64_t evaluation_rows = 256;  // samples at a time; enough for efficient products of matrices

ScratchInfo read_matching_data(const Settings& settings) {
  ScratchInfo data = read_scratch_info(settings.data);
  try {
    check_against_data(settings.layers, settings.training.loss, data.shape, data.classes, data.targets);
  } catch (const Error& e) {
    throw Error(e.kind(), settings.data + ": " + e.what());
  }
  return data;
}

std::int64_t most_rows(const Settings& settings, int ranks) {
  return std::max(share_of(settings.training.batch_size, 0, ranks).count, evaluation_rows);
}

// Throws if the directory is not writable. Checked before the training, because the model is written at its
// end.
void check_writable(const std::string& directory) {
  if (::access(join_path(directory, ".").c_str(), W_OK | X_OK) != 0)
    throw_errno("results: write to " + directory);
}

// Throws NumericError if the loss is not finite. The loss is the same on all ranks, so all ranks throw at the
// same step.
void check_number(double loss, std::int64_t epoch, const std::string& place) {
  if (!std::isfinite(loss))
    throw NumericError("epoch " + std::to_string(epoch) + ", " + place +
                       ": the loss is not a number any more; try a smaller learning_rate");
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Trainer::Trainer(const Settings& settings, Comm& comm)
    : settings_(settings),
      comm_(comm),
      data_(read_matching_data(settings)),
      train_samples_(settings.data, data_, Split::train, settings.training.loss),
      test_samples_(settings.data, data_, Split::test, settings.training.loss),
      backend_(make_backend(settings.device)),
      model_(*backend_, settings.layers, data_.shape, settings.training.seed,
             most_rows(settings, comm.ranks())),
      optimizer_(make_optimizer(settings.training.optimizer, *backend_, model_.parameter_count())),
      metrics_(comm.first() ? settings.metrics : ""),
      input_(*backend_, model_.most_rows() * model_.inputs()),
      labels_(*backend_, model_.most_rows()),
      targets_(*backend_, model_.most_rows() * model_.outputs()) {
  check_writable(settings.results);
}

Outcome Trainer::train(bool (*stop_requested)()) {
  started_ = std::chrono::steady_clock::now();
  announce();
  for (std::int64_t epoch = 1; epoch <= settings_.training.epochs; ++epoch) {
    auto epoch_started = std::chrono::steady_clock::now();
    if (train_epoch(epoch, stop_requested) == Progress::stopped) return Outcome::stopped;
    double seconds = seconds_since(epoch_started);
    const std::optional<Totals> held_out = evaluate();
    if (held_out) check_number(held_out->loss, epoch, "held-out samples");
    report(result_of(epoch, seconds, held_out));
  }
  return finish();
}

Trainer::Progress Trainer::train_epoch(std::int64_t epoch, bool (*stop_requested)()) {
  const std::int64_t count = train_samples_.count();
  const std::vector<std::uint32_t> order = sample_order(count, settings_.training.seed, epoch);
  train_totals_ = {};
  std::int64_t steps = 0;
  for (std::int64_t first = 0; first < count; first += settings_.training.batch_size) {
    const Range batch{first, std::min(settings_.training.batch_size, count - first)};
    const StepSums sums = step(order, batch, stop_requested());
    ++steps;
    check_number(sums.loss, epoch, "step " + std::to_string(steps));
    train_totals_.loss += sums.loss;
    train_totals_.correct += sums.correct;
    if (sums.stop > 0.0F) {
      metrics_.stopped(epoch, steps);
      return Progress::stopped;
    }
  }
  return Progress::finished;
}

// Performs one step: forward and backward of this rank's share of the batch, the sum of the gradients over
// all ranks, and the update of the parameters. Each rank weights its samples by 1 / (samples in the whole
// batch), so that the sum over the ranks is the batch's mean gradient, even if the shares differ in size.
StepSums Trainer::step(const std::vector<std::uint32_t>& order, Range batch, bool stop) {
  const Range share = share_of(batch.count, comm_.rank(), comm_.ranks());
  StepSums sums;
  sums.stop = stop ? 1.0F : 0.0F;
  backend_->upload(model_.sums(), &sums, sizeof sums);
  train_share(order.data() + batch.first + share.first, share.count, 1.0F / static_cast<float>(batch.count));
  comm_.sum(model_.gradients(), model_.exchanged_count());
  backend_->download(&sums, model_.sums(), sizeof sums);
  optimizer_->step(model_.parameters(), model_.gradients());
  return sums;
}

void Trainer::train_share(const std::uint32_t* numbers, std::int64_t count, float weight) {
  const float* outputs = forward(train_samples_, numbers, count);
  add_loss(outputs, model_.output_gradient(), weight);
  model_.backward(input_.data(), count);
}

const float* Trainer::forward(const Samples& samples, const std::uint32_t* numbers, std::int64_t count) {
  samples.gather(numbers, count, batch_);
  backend_->upload_samples(input_.data(), batch_.samples.data(), data_.type, count * model_.inputs(),
                           static_cast<float>(data_.scale));
  backend_->upload(labels_.data(), batch_.labels.data(), batch_.labels.size() * sizeof(std::int32_t));
  backend_->upload(targets_.data(), batch_.targets.data(), batch_.targets.size() * sizeof(float));
  return model_.forward(input_.data(), count);
}

void Trainer::add_loss(const float* outputs, float* gradient, float weight) {
  if (has_classes())
    backend_->softmax_cross_entropy(model_.sums(), gradient, outputs, labels_.data(), batch_.rows,
                                    model_.outputs(), weight);
  else
    backend_->mean_squared_error(model_.sums(), gradient, outputs, targets_.data(), batch_.rows,
                                 model_.outputs(), weight);
}

// Returns the loss and the number of correct samples, summed over all held-out samples and ranks; nullopt if
// there are none. Each rank evaluates its share of these samples once, in the file's order.
std::optional<Trainer::Totals> Trainer::evaluate() {
  if (test_samples_.count() == 0) return std::nullopt;
  const Range share = share_of(test_samples_.count(), comm_.rank(), comm_.ranks());
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(model_.most_rows()));
  Totals totals;
  for (std::int64_t done = 0; done < share.count; done += model_.most_rows()) {
    const std::int64_t rows = std::min(model_.most_rows(), share.count - done);
    std::generate_n(numbers.begin(), rows, [number = share.first + done]() mutable { return number++; });
    StepSums sums;
    backend_->upload(model_.sums(), &sums, sizeof sums);
    add_loss(forward(test_samples_, numbers.data(), rows), nullptr, 0.0F);
    backend_->download(&sums, model_.sums(), sizeof sums);
    totals.loss += sums.loss;
    totals.correct += sums.correct;
  }
  double over_ranks[] = {totals.loss, totals.correct};
  comm_.sum(over_ranks, 2);
  return Totals{over_ranks[0], over_ranks[1]};
}

EpochResult Trainer::result_of(std::int64_t epoch, double seconds,
                               const std::optional<Totals>& held_out) const {
  const auto trained = static_cast<double>(train_samples_.count());
  const auto tested = static_cast<double>(test_samples_.count());
  EpochResult result;
  result.epoch = epoch;
  result.train_loss = train_totals_.loss / trained;
  if (has_classes()) result.train_accuracy = train_totals_.correct / trained;
  if (held_out) result.test_loss = held_out->loss / tested;
  if (held_out && has_classes()) result.test_accuracy = held_out->correct / tested;
  result.samples_per_second = trained / seconds;
  return result;
}

void Trainer::announce() {
  if (!comm_.first()) return;
  const NetworkSize size = network_size(settings_.layers, data_.shape);
  TrainingStart start;
  start.ranks = comm_.ranks();
  start.device = to_string(settings_.device);
  start.parameters = model_.parameter_count();
  start.samples = train_samples_.count();
  start.test_samples = test_samples_.count();
  start.batch_size = settings_.training.batch_size;
  start.epochs = settings_.training.epochs;
  start.memory_bytes =
      memory_estimate_bytes(size, optimizer_states(settings_.training.optimizer), model_.most_rows());
  metrics_.start(start);
  std::printf("training %lld parameters on %lld samples, %lld held out; ranks %d, device %s\n",
              static_cast<long long>(start.parameters), static_cast<long long>(start.samples),
              static_cast<long long>(start.test_samples), start.ranks, start.device.c_str());
  std::fflush(stdout);
}

void Trainer::report(const EpochResult& result) {
  if (!comm_.first()) return;
  metrics_.epoch(result);
  std::printf("epoch %lld/%lld: loss %.6f", static_cast<long long>(result.epoch),
              static_cast<long long>(settings_.training.epochs), result.train_loss);
  if (result.test_loss) std::printf(", held-out loss %.6f", *result.test_loss);
  if (result.test_accuracy) std::printf(", accuracy %.4f", *result.test_accuracy);
  std::printf(", %.0f samples/s\n", result.samples_per_second);
  std::fflush(stdout);
}

Outcome Trainer::finish() {
  if (!comm_.first()) return Outcome::trained;
  const std::string path = join_path(settings_.results, model_file_name);
  save_model(path, model_, settings_, data_);
  metrics_.end(seconds_since(started_), path);
  std::printf("trained; the model is %s\n", path.c_str());
  std::fflush(stdout);
  return Outcome::trained;
}

}  // namespace trainyard
