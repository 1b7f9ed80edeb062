// Transfer: with how many threads, and how many connections in each, objects are transferred best.
#pragma once
#include <cstddef>
#include <string>

#include "daemon/base/store_access.h"

namespace trainyard {

// Each thread opens its share of the connections that the store's settings permit.
struct Transfer {
  int threads = 1;
  StoreAccess access;
};

// Returns how objects of this URL are fetched best, all of them by several threads.
Transfer transfer_from(const std::string& url, StoreAccess access);

// Returns how so many files are stored best below this URL, each of them by one thread.
Transfer transfer_to(const std::string& url, StoreAccess access, std::size_t files);

}  // namespace trainyard
