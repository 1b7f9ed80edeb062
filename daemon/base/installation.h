// Installation: the folders of the parts of Trainyard that belong to the running program.
#pragma once
#include <string>

namespace trainyard {

struct Installation {
  std::string programs;   // trainyard                        /usr/bin
  std::string internals;  // trainyard-agent, trainyard-train /usr/libexec/trainyard
  std::string modules;    // store-file.so ...                /usr/lib/<triplet>/trainyard

  bool operator==(const Installation&) const = default;
};

// Returns the installation that a program belongs to. If the program lies in a folder named as an install
// names it (bin, sbin, the internals), its installation is the tree around it, even if that tree was moved as
// a whole. Any other program, as in a build tree, gets the folders that the build was configured for.
Installation installation_around(const std::string& program);

// Returns the installation of this process's program. Does not check that the folders exist.
Installation this_installation();

}  // namespace trainyard
