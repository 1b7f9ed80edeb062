// Reads a file of image names and classes: a line for each image, with its name and its class, separated by a
// comma, or by a tab if the file's name ends in .tsv or .tsv.gz. The first line is left out if its first
// field is no name of an image.
#pragma once
#include <map>
#include <string>

#include "plugins/object_store.h"

namespace trainyard {

// Returns the classes by the names of the images. Throws Error{invalid}, which names file and line.
std::map<std::string, std::string> read_label_file(const Object& object, ObjectStore& store);

}  // namespace trainyard
