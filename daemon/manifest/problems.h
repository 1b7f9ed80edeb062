// Problems: collects all problems that are found in one text, so that the user sees them at once.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/manifest/node.h"

namespace trainyard {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  static constexpr std::size_t most = 100;  // further problems are dropped: nobody reads more

  // Adds a problem, unless the same problem was added at the same place: the runs of a sweep share their
  // text, and each finds the problem again.
  void add(Place place, const std::string& object, const std::string& message, const std::string& hint = "");

  bool empty() const { return found_.empty(); }
  bool full() const { return found_.size() >= most; }
  std::size_t count() const { return found_.size(); }

  // Throws Error{invalid} with all problems, in the order of their lines; does nothing if there are none.
  void throw_if_any() const;

 private:
  std::string file_;
  std::vector<Problem> found_;
};

}  // namespace trainyard
