// How far a training is, from the lines of its metrics, and as a bar.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/json.h"

namespace trainyard {

struct Progress {
  std::int64_t epoch = 0;
  std::int64_t epochs = 0;               // 0: unknown, as for a program of one's own
  std::optional<double> loss, accuracy;  // held-out where there is a held-out split
};

// Takes one line of metrics in; true when it was an epoch's end.
bool update(Progress& progress, const Json& metric);

// "epoch 3/20  loss 0.4512  accuracy 0.8722"; empty before the first epoch.
std::string to_string(const Progress& progress);

// "[########------------]", or of block characters.
std::string progress_bar(double fraction, int cells, bool utf8);

// "training-42 running  epoch 12/20 [#####---] loss 0.1234 accuracy 0.951", at most `width` columns.
std::string progress_line(const std::string& run, const std::string& state, const Progress& progress,
                          int width, bool utf8);

}  // namespace trainyard
