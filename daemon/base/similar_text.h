// SimilarTexts: keeps texts of which many are alike, one after the other, in little memory: of most of them
// no more than in what they differ from an earlier one.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

// A text that was kept. Any thread.
class SimilarText {
 public:
  std::string whole() const;

 private:
  friend class SimilarTexts;
  std::shared_ptr<const std::string> like_;  // it begins and ends as this one
  std::size_t begin_ = 0, end_ = 0;          // so many bytes of it
  std::string middle_;
};

class SimilarTexts {
 public:
  SimilarText keep(std::string_view text);

 private:
  std::shared_ptr<const std::string> last_;  // that was kept whole
};

}  // namespace trainyard
