// The keys of the formats npy and npz.
#include "plugins/formats/table/format_table.h"

namespace trainyard {

FormatInfo npy_info() {
  return {.name = "npy",
          .meaning = "an array of NumPy's in one file, and the labels in another",
          .endings = {".npy"},
          .takes_folders = false,
          .keys = {{.name = "label",
                    .type = FormatKeyType::file,
                    .meaning = "the file with the labels: integers are classes, other numbers are targets",
                    .is_required = true},
                   {.name = "test_label",
                    .type = FormatKeyType::file,
                    .meaning = "the file with the labels of the second source",
                    .is_required = true}}};
}

FormatInfo npz_info() {
  return {
      .name = "npz",
      .meaning = "arrays of NumPy's in one file, by numpy.savez or savez_compressed",
      .endings = {".npz"},
      .takes_folders = false,
      .keys = {{.name = "samples",
                .type = FormatKeyType::text,
                .meaning = "the name of the array of samples",
                .otherwise = "x"},
               {.name = "label",
                .type = FormatKeyType::text,
                .meaning = "the name of the array of labels: integers are classes, other numbers are targets",
                .otherwise = "y"},
               {.name = "test_samples",
                .type = FormatKeyType::text,
                .meaning = "the name of the array of samples in the second source; by default as samples"},
               {.name = "test_label",
                .type = FormatKeyType::text,
                .meaning = "the name of the array of labels in the second source; by default as label"}}};
}

}  // namespace trainyard
