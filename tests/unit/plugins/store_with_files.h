// StoreWithFiles: a temporary folder of objects, and the file store that reads it.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/fd.h"
#include "plugins/file/file_store.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {

struct StoreWithFiles {
  TemporaryDirectory directory;
  std::unique_ptr<ObjectStore> store = make_file_store();

  std::string url(const std::string& name) const { return "file://" + directory.file(name); }
  std::vector<Object> add(const std::string& name, std::string_view bytes) {
    store->put_bytes(url(""), name, bytes);
    return store->list(url(name));
  }
};

// Returns the message of the exception that `action` throws; an empty string if it throws none.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace trainyard
