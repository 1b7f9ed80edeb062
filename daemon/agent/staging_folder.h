// StagingFolder: the folder "staging" of a data set, in which a stage job prepares the data set before it
// gives it its final name. It keeps what a killed stage job has fetched. Only one stage job uses it at a
// time.
#pragma once
#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

class StagingFolder {
 public:
  // Makes the folder if it is not there, and locks it for as long as this object lives. Waits while another
  // stage job has locked it. On a file system without locks each stage job makes a folder of its own, and
  // begins anew after a kill.
  explicit StagingFolder(const std::string& data_set_directory);

  std::string file(const std::string& name) const { return join_path(path_, name); }

  // Gives a finished file or folder its final name in the data set's directory; durable when it returns.
  void publish(const std::string& name);

  // Removes the folder, after the data set is complete.
  void remove();

 private:
  std::string directory_, path_;
  UniqueFd lock_;
};

}  // namespace trainyard
