// Problems: what a reader finds wrong in one text, collected so that a person sees everything at once.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/manifest/node.h"

namespace trainyard {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  static constexpr std::size_t most = 100;  // what comes after is left out: nobody reads on

  // The same problem at the same place counts once: the runs of a sweep share their text.
  void add(Place place, const std::string& object, const std::string& message, const std::string& hint = "");

  bool empty() const { return found_.empty(); }
  bool full() const { return found_.size() >= most; }
  std::size_t count() const { return found_.size(); }

  // Throws Error{invalid} with all of them in the order of their lines, if there are any.
  void throw_if_any() const;

 private:
  std::string file_;
  std::vector<Problem> found_;
};

}  // namespace trainyard
