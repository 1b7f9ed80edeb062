// Stages a data set of a format of samples: converts its objects to one HDF5 file.
#pragma once
#include "daemon/agent/fetch_units.h"
#include "daemon/agent/staging_folder.h"
#include "daemon/handover/handover.h"

namespace trainyard {

void stage_samples(const StageRequest& request, StagingFolder& staging, const FetchProgress& progress);

}  // namespace trainyard
