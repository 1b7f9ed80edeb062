// SimilarTexts: keeps texts in little memory, if many successive texts are similar. Of most texts it stores
// only the part that differs from an earlier text.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace trainyard {

// A text that SimilarTexts::keep() has stored. It stays valid without the SimilarTexts. Any thread can read
// it.
class SimilarText {
 public:
  std::string whole() const;

 private:
  friend class SimilarTexts;
  std::shared_ptr<const std::string> like_;  // the text that this text has its beginning and end from
  std::size_t begin_ = 0, end_ = 0;          // the number of bytes at the beginning and the end of `like_`
  std::string middle_;
};

class SimilarTexts {
 public:
  SimilarText keep(std::string_view text);

 private:
  std::shared_ptr<const std::string> last_;  // the last text that was stored whole
};

}  // namespace trainyard
