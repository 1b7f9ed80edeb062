#include "daemon/cli/metrics_row.h"

#include <fmt/format.h>

#include "daemon/cli/progress.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string number_or_dash(const Json& metric, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (auto found = metric.find(key); found != metric.end() && found->is_number())
      return human_number(found->get<double>());
  return "-";
}

}  // namespace

std::string metrics_title() {
  return fmt::format("{:>6}  {:>11}  {:>14}  {:>11}  {:>13}  {:>9}\n", "EPOCH", "TRAIN LOSS",
                     "TRAIN ACCURACY", "TEST LOSS", "TEST ACCURACY", "SAMPLES/S");
}

std::string metrics_row(const Json& metric) {
  Progress progress;
  if (!update(progress, metric)) return "";
  auto rate = metric.find("samples_per_second");
  return fmt::format(
      "{:>6}  {:>11}  {:>14}  {:>11}  {:>13}  {:>9}\n", progress.epoch,
      number_or_dash(metric, {"train_loss", "loss"}), number_or_dash(metric, {"train_accuracy", "accuracy"}),
      number_or_dash(metric, {"test_loss"}), number_or_dash(metric, {"test_accuracy"}),
      rate != metric.end() && rate->is_number() ? fmt::format("{:.0f}", rate->get<double>()) : "-");
}

}  // namespace trainyard
