// Progress: the epoch, loss and accuracy that a training has reached, read from the lines of its metrics;
// also formatted as a text and a bar.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

struct Progress {
  std::int64_t epoch = 0;
  std::int64_t epochs = 0;               // 0: unknown, as for a user's own program
  std::optional<double> loss, accuracy;  // of the held-out split if there is one
};

// Updates the progress by one line of metrics. Returns true if the line was the end of an epoch.
bool update(Progress& progress, const Json& metric);

// Returns "epoch 3/20  loss 0.4512  accuracy 0.8722"; empty before the first epoch.
std::string to_string(const Progress& progress);

// Returns "[########------------]", or the same with block characters if `utf8`.
std::string progress_bar(double fraction, int cells, bool utf8);

// Returns "training-42 running  epoch 12/20 [#####---]  loss 0.1234  accuracy 0.9510", at most `width`
// columns.
std::string progress_line(const std::string& run, const std::string& state, const Progress& progress,
                          int width, bool utf8);

}  // namespace trainyard
