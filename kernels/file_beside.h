// A file that is written beside its name and gets the name when it is complete.
#pragma once
#include <string>

namespace trainyard {

class FileBeside {
 public:
  explicit FileBeside(const std::string& path);  // creates "<path>.XXXXXX", mode 0600
  ~FileBeside();                                 // removes it unless it was committed
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  const std::string& path() const { return beside_; }  // where to write

  // fsync, rename, fsync of the directory. Whoever wrote must have closed it.
  void commit();

 private:
  std::string path_;
  std::string beside_;  // empty once committed
};

}  // namespace trainyard
