// Objects as streams: of their decompressed bytes, or of the files in an archive.
#pragma once
#include <memory>

#include "daemon/base/archive.h"
#include "daemon/base/archive_reader.h"
#include "plugins/object_store.h"

namespace trainyard {

inline DecompressedReader open_decompressed(const Object& object, ObjectStore& store) {
  std::shared_ptr<ObjectReader> reader = store.open(object);
  return DecompressedReader([reader](char* buffer, std::size_t size) { return reader->read(buffer, size); },
                            object.url);
}

inline ArchiveReader open_archive(const Object& object, ObjectStore& store) {
  std::shared_ptr<ObjectReader> reader = store.open(object);
  return {[reader](char* buffer, std::size_t size) { return reader->read(buffer, size); }, object.url};
}

}  // namespace trainyard
