// images and shards: JPEG and PNG files, in a folder (images) or in tar and zip archives (shards). Options:
// `shape` [channels, height, width], with 1 or 3 channels; `fit`, how other sizes are brought to it ("crop",
// "stretch" or "exact"); `label_file`, a csv or tsv file of image names and classes. Without label_file, the
// class of an image is the first folder of its key; in an archive the number in the .cls file of the same
// name, or else the first folder of its name. Classes that are not all whole numbers are numbered by their
// names, in order. Samples are u8. Images are decoded by several threads.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_images_format();
std::unique_ptr<DatasetFormat> make_shards_format();

}  // namespace trainyard
