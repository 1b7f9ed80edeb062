#include "daemon/base/similar_text.h"

#include <algorithm>

namespace trainyard {
namespace {

// Returns the largest size up to `most` for which `holds(size)` is true. If it is true for a size, it must be
// true for all smaller ones. Searches by bisection, so that texts are compared in large pieces.
template <class Holds>
std::size_t largest(std::size_t most, const Holds& holds) {
  std::size_t known = 0;
  while (known < most) {
    std::size_t middle = known + (most - known + 1) / 2;
    if (holds(middle))
      known = middle;
    else
      most = middle - 1;
  }
  return known;
}

std::size_t common_beginning(std::string_view a, std::string_view b) {
  return largest(std::min(a.size(), b.size()),
                 [&](std::size_t size) { return a.substr(0, size) == b.substr(0, size); });
}

std::size_t common_end(std::string_view a, std::string_view b) {
  return largest(std::min(a.size(), b.size()),
                 [&](std::size_t size) { return a.substr(a.size() - size) == b.substr(b.size() - size); });
}

}  // namespace

std::string SimilarText::whole() const {
  return like_->substr(0, begin_) + middle_ + like_->substr(like_->size() - end_);
}

SimilarText SimilarTexts::keep(std::string_view text) {
  SimilarText kept;
  if (last_) {
    kept.begin_ = common_beginning(text, *last_);
    kept.end_ = common_end(text.substr(kept.begin_), std::string_view(*last_).substr(kept.begin_));
  }
  std::size_t middle = text.size() - kept.begin_ - kept.end_;
  if (!last_ || middle > text.size() / 2) {
    last_ = std::make_shared<const std::string>(text);
    kept.begin_ = text.size();
    kept.end_ = middle = 0;
  }
  kept.like_ = last_;
  kept.middle_ = text.substr(kept.begin_, middle);
  return kept;
}

}  // namespace trainyard
