// `trainyard-agent store LAUNCH.json`: brings an attempt's results and logs to the object store.
#pragma once
#include <string>

#include "daemon/agent/store_retry.h"

namespace trainyard {

// Copies everything below results/ and logs/, and metrics.jsonl, to <target>/<training id>/, and receipt.json
// last, with the size and SHA-256 of each file. Safe to repeat, and useful after a failed or cancelled run,
// too: a repetition does not send what is in the store already (StoreJournal; parts of large files by their
// MD5). Of an attempt that was not started it stores only the receipt; of one that a later attempt has
// replaced, nothing. stored.json tells how it went. Exit codes: 0, 75 (try again), 2, 3, 4, 70.
int store(const std::string& launch_path, const Patience& patience = {});

}  // namespace trainyard
