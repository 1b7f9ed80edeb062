// Copies the contents of one open file into another.
#pragma once
#include <string>

namespace trainyard {

// Copies the file `from`, from its beginning to its present end, into the empty file `to`. Holes of the
// source become holes of the copy, so that the copy of a sparse file of 100 GB neither takes nor reads 100
// GB. `name` is the source's name for error messages. Moves the offsets of both descriptors. If the source
// becomes shorter during the copy, the rest of the copy is zeros.
void copy_contents(int from, int to, const std::string& name);

}  // namespace trainyard
