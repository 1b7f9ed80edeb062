// The object store of s3:// URLs: any store that speaks Amazon's S3 protocol (Ceph RGW, MinIO, IBM COS, AWS).
#pragma once
#include <memory>

#include "plugins/object_store.h"
#include "plugins/s3/client.h"

namespace trainyard {

std::unique_ptr<ObjectStore> make_s3_store(const StoreAccess& access, const ClientLimits& limits = {});

}  // namespace trainyard
