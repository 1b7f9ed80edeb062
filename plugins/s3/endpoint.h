// Endpoint: computes the URL and the header Host of requests for a bucket. Pure functions.
#pragma once
#include <string>

#include "plugins/object_store.h"

namespace trainyard {

struct Address {
  std::string origin;  // "https://s3.example.org:7480"
  std::string host;    // as in the header Host: "s3.example.org:7480"
  std::string path;    // encoded: "/bucket/a%20key"
};

// Returns the address of an object, or of the bucket if the key is empty. Throws Error{invalid} if the
// store's endpoint is no URL of a host.
Address address_of(const StoreSettings& store, const std::string& bucket, const std::string& key);

}  // namespace trainyard
