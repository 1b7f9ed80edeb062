#include "daemon/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::optional<double> number_at(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (auto found = object.find(key); found != object.end() && found->is_number())
      return found->get<double>();
  return std::nullopt;
}

// Returns `number` as an integer; 0 if it is negative, too large or not a number.
std::int64_t count_from(double number) {
  constexpr double most = 1e15;
  return number >= 0 && number <= most ? static_cast<std::int64_t>(number) : 0;
}

std::string measures(const Progress& progress) {
  std::string text;
  if (progress.loss) text += "  loss " + human_number(*progress.loss);
  if (progress.accuracy) text += "  accuracy " + human_number(*progress.accuracy);
  return text;
}

std::string epoch_text(const Progress& progress) {
  return progress.epochs > 0 ? fmt::format("epoch {}/{}", progress.epoch, progress.epochs)
                             : fmt::format("epoch {}", progress.epoch);
}

}  // namespace

// Ignores values that are not numbers, because a user's own program can write anything as metrics.
bool update(Progress& progress, const Json& metric) {
  if (!metric.is_object()) return false;
  if (auto epochs = number_at(metric, {"epochs"})) progress.epochs = count_from(*epochs);
  auto epoch = number_at(metric, {"epoch"});
  if (!epoch || metric.value("event", Json("epoch")) != "epoch") return false;
  progress.epoch = count_from(*epoch);
  progress.loss = number_at(metric, {"test_loss", "train_loss", "loss"});
  progress.accuracy = number_at(metric, {"test_accuracy", "train_accuracy", "accuracy"});
  return true;
}

std::string to_string(const Progress& progress) {
  return progress.epoch > 0 ? epoch_text(progress) + measures(progress) : "";
}

std::string progress_bar(double fraction, int cells, bool utf8) {
  int full = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * cells));
  std::string bar = utf8 ? "▕" : "[";
  for (int i = 0; i < cells; ++i) bar += i < full ? (utf8 ? "█" : "#") : (utf8 ? "░" : "-");
  return bar + (utf8 ? "▏" : "]");
}

std::string progress_line(const std::string& run, const std::string& state, const Progress& progress,
                          int width, bool utf8) {
  std::string line = run + ' ' + state;
  if (progress.epoch > 0) {
    line += "  " + epoch_text(progress);
    const auto rest = static_cast<int>(columns_of(line + measures(progress))) + 4;
    const int cells = width > 1 ? std::clamp(width - rest, 5, 20) : 20;
    if (progress.epochs > 0)
      line += ' ' + progress_bar(static_cast<double>(progress.epoch) / static_cast<double>(progress.epochs),
                                 cells, utf8);
    line += measures(progress);
  }
  return width > 1 ? cut(line, static_cast<std::size_t>(width - 1)) : line;
}

}  // namespace trainyard
