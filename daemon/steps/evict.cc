// evict: removes the files of a data set that was given up from scratch.
#include "daemon/handover/layout.h"
#include "daemon/steps/steps.h"

namespace trainyard {

DataSetEvent Steps::evict(const DataSet& data_set) {
  users_.files_of(data_set.owner.uid, data_set.scratch)
      ->remove_tree(layout::dataset_directory(data_set.scratch.path, data_set.digest));
  return event::Evicted{now()};
}

}  // namespace trainyard
