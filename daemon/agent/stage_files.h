// Stages a data set of the format raw: its objects as files in a folder.
#pragma once
#include "daemon/agent/fetch_units.h"
#include "daemon/agent/staging_folder.h"
#include "daemon/handover/handover.h"

namespace trainyard {

void stage_files(const StageRequest& request, StagingFolder& staging, const FetchProgress& progress);

}  // namespace trainyard
