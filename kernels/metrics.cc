#include "kernels/metrics.h"

#include <fcntl.h>

#include <chrono>

namespace trainyard {
namespace {

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Metrics::Metrics(const std::string& path) : path_(path) {
  if (!path.empty()) file_ = open_file(path, O_WRONLY | O_APPEND | O_CREAT);
}

void Metrics::start(const TrainingStart& start) {
  append({{"event", "start"},
          {"ranks", start.ranks},
          {"device", start.device},
          {"parameters", start.parameters},
          {"samples", start.samples},
          {"test_samples", start.test_samples},
          {"batch_size", start.batch_size},
          {"epochs", start.epochs},
          {"memory_bytes", start.memory_bytes}});
}

void Metrics::epoch(const EpochResult& result) {
  append({{"event", "epoch"},
          {"epoch", result.epoch},
          {"train_loss", result.train_loss},
          {"train_accuracy", or_null(result.train_accuracy)},
          {"test_loss", or_null(result.test_loss)},
          {"test_accuracy", or_null(result.test_accuracy)},
          {"samples_per_second", result.samples_per_second}});
}

void Metrics::stopped(std::int64_t epoch, std::int64_t step) {
  append({{"event", "stopped"}, {"epoch", epoch}, {"step", step}});
}

void Metrics::end(double seconds, const std::string& model) {
  append({{"event", "end"}, {"seconds", seconds}, {"model", model}});
}

void Metrics::append(Json line) {
  if (!file_) return;
  line["time"] = unix_seconds();
  write_file(file_.get(), line.dump() + '\n', path_);
}

}  // namespace trainyard
