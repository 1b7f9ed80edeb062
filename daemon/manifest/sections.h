// Functions that parse the tables of a manifest. Each adds the problems that it finds to the Problems of its
// `fields`; if it adds one, its result must not be used.
#pragma once
#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

DataSpec read_data(Fields fields, bool for_built_in_trainer);
Resources read_resources(Fields fields);
void read_results(Fields fields, Manifest& manifest);
StoreChoice read_store(Fields& fields);  // the keys `store` and `credentials` of [data] or [results]
TrainSpec read_train(Fields fields);
CommandSpec read_command(Fields fields);
RetrySpec read_retry(Fields fields);

// Passes a sample's shape through the layers, one after the other. Adds a problem for the first layer that
// cannot take its input.
void check_shapes(const Node& layers_node, const TrainSpec& train, const Shape& sample, Problems& problems);

}  // namespace trainyard
