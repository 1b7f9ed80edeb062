// Installation: the folders in which the programs and modules of one installed Trainyard are.
#pragma once
#include <string>

namespace trainyard {

struct Installation {
  std::string programs;   // trainyard                        /usr/bin
  std::string internals;  // trainyard-agent, trainyard-train /usr/libexec/trainyard
  std::string modules;    // store-file.so ...                /usr/lib/<triplet>/trainyard

  bool operator==(const Installation&) const = default;
};

// Returns the installation that a program belongs to. If the program lies in a folder with one of the names
// that `meson install` uses (bin, sbin, the internals), the other folders are found from this one, so an
// installation can be moved as a whole. For any other program, as in a build tree, returns the folders that
// the build was configured with.
Installation installation_around(const std::string& program);

// Returns the installation of this process's program. Does not check that the folders exist.
Installation this_installation();

}  // namespace trainyard
