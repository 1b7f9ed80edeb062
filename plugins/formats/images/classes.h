// Classes: the number of each class, by its name.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/dataset_format.h"

namespace trainyard {

class Classes {
 public:
  // Numbers the classes: by their names, if these are all whole numbers from 0 to 65 535, otherwise in the
  // order of their names. If `options` (plugins/dataset_format.h) have class_names, this is the second
  // source, which uses the numbers of the first one.
  Classes(const std::set<std::string>& names, const Json& options);

  // Returns the number of the class. Throws Error{invalid}, which names `what`, a sample, if there is no such
  // class.
  std::int32_t number_of(const std::string& name, const std::string& what) const;
  // Sets classes and class_names of the description.
  void describe(SampleInfo& info) const;

 private:
  std::map<std::string, std::int32_t> numbers_;
  std::vector<std::string> names_;  // by number; empty if the names are numbers
  std::int64_t count_ = 0;
};

// Throws Error{invalid}, which names `url`, if the folders that classes are named by are no classes: there is
// only one, because the folders of the classes lie deeper. The second source may have images of one class.
void check_folders_are_classes(const std::set<std::string>& names, const Json& options,
                               const std::string& url);

}  // namespace trainyard
