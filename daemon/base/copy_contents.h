// The bytes of one file into another.
#pragma once
#include <string>

namespace trainyard {

// Copies what `from` has, from its beginning to the end that it has now, into the empty file `to`. Holes of
// the source become holes of the copy, so that a sparse file of 100 GB neither takes 100 GB nor is read.
// `name` is the source's, for errors. Moves the offsets of both. A source that becomes shorter meanwhile
// leaves zeros in the copy.
void copy_contents(int from, int to, const std::string& name);

}  // namespace trainyard
