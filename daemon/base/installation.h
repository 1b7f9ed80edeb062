// Installation: where the parts of Trainyard lie that belong to the running program.
#pragma once
#include <string>

namespace trainyard {

struct Installation {
  std::string programs;   // trainyard                        /usr/bin
  std::string internals;  // trainyard-agent, trainyard-train /usr/libexec/trainyard
  std::string modules;    // store-file.so ...                /usr/lib/<triplet>/trainyard

  bool operator==(const Installation&) const = default;
};

// The installation around a program. One that lies where an install puts programs (bin, sbin, the internals)
// is taken to be in the middle of its own, wherever that was moved as a whole; any other, as in a build tree,
// is given the folders that the build was configured for.
Installation installation_around(const std::string& program);

// The one around this process's program. Whether its folders exist is not asked.
Installation this_installation();

}  // namespace trainyard
