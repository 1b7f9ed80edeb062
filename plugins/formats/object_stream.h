// An object as a stream of its decompressed bytes.
#pragma once
#include <memory>

#include "daemon/base/archive.h"
#include "plugins/object_store.h"

namespace trainyard {

inline DecompressedReader open_decompressed(const Object& object, ObjectStore& store) {
  std::shared_ptr<ObjectReader> reader = store.open(object);
  return DecompressedReader([reader](char* buffer, std::size_t size) { return reader->read(buffer, size); },
                            object.url);
}

}  // namespace trainyard
