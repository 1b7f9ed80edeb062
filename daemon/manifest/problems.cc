#include "daemon/manifest/problems.h"

#include <algorithm>
#include <utility>

namespace trainyard {

void Problems::add(Place place, const std::string& object, const std::string& message,
                   const std::string& hint) {
  if (full()) return;
  for (const Problem& known : found_)
    if (known.line == place.line && known.column == place.column && known.object == object &&
        known.message == message)
      return;
  found_.push_back({file_, place.line, place.column, object, message, hint});
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<Problem> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  throw Error(std::move(sorted));
}

}  // namespace trainyard
