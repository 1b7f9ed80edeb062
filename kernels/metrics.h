// Metrics: writes the events of the training, on rank 0, one line of JSON per event. Each line is one write()
// to a file opened for appending, so that readers that follow the file see whole lines. The fields are in
// man/trainyard-train.1.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/fd.h"
#include "daemon/base/json.h"

namespace trainyard {

struct TrainingStart {
  int ranks = 0;
  std::string device;
  std::int64_t parameters = 0;
  std::int64_t samples = 0;
  std::int64_t test_samples = 0;
  std::int64_t batch_size = 0;
  std::int64_t epochs = 0;
  std::int64_t memory_bytes = 0;  // per rank, estimated
};

struct EpochResult {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0;
  std::optional<double> train_accuracy;  // none without classes
  std::optional<double> test_loss;       // none without a held-out split
  std::optional<double> test_accuracy;
  double samples_per_second = 0;
};

class Metrics {
 public:
  explicit Metrics(const std::string& path);  // empty: nothing is written

  void start(const TrainingStart& start);
  void epoch(const EpochResult& result);
  void stopped(std::int64_t epoch, std::int64_t step);
  void end(double seconds, const std::string& model);

 private:
  void append(Json line);

  std::string path_;
  UniqueFd file_;
};

}  // namespace trainyard
