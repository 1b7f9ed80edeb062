// The tables of a manifest, one reader each. What is wrong is noted; what they return is then not to be used.
#pragma once
#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

DataSpec read_data(Fields fields, bool for_built_in_trainer);
Resources read_resources(Fields fields);
std::string read_results_target(Fields fields);  // ends in '/'
TrainSpec read_train(Fields fields);
CommandSpec read_command(Fields fields);
RetrySpec read_retry(Fields fields);

// The layers one after the other, from this shape on: notes the first that cannot take what it is given.
void check_shapes(const Node& layers_node, const TrainSpec& train, const Shape& sample, Problems& problems);

}  // namespace trainyard
