// `trainyard-agent store LAUNCH.json`: brings an attempt's results and logs to the object store.
#pragma once
#include <string>

#include "daemon/agent/store_retry.h"

namespace trainyard {

// Everything below results/ and logs/, and metrics.jsonl, go to <target>/<training id>/; receipt.json last,
// with the size and SHA-256 of each. Safe to repeat, useful after a failed or cancelled run too; of an
// attempt that nobody started only the receipt goes, and of one that a later attempt has replaced nothing.
// How it went is in stored.json; the exit code says it shortly: 0, 75 (try again), 2, 3, 4, 70.
int store(const std::string& launch_path, const Patience& patience = {});

}  // namespace trainyard
