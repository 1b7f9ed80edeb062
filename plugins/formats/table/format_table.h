// The formats of data sets, each with its keys in [data] of a manifest. Readers check manifests against this
// table, a test compares the manual page with it. The code that reads the data is not part of this table: it
// is in the modules, which only stage jobs load. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

enum class FormatKeyType {
  boolean,
  text,
  choice,  // one of `choices`
  column,  // an integer from 0, or a text
  file     // a URL, or the name of a file in the source's folder
};

// A key of [data] that belongs to a format. A key "test_<name>" replaces <name> for the second source, which
// `test` names; it is only allowed if there is one. Keys of type `file` are label and test_label.
struct FormatKey {
  const char* name;
  FormatKeyType type;
  const char* meaning;       // one line, for people
  Json otherwise = nullptr;  // the default; null: none
  bool is_required = false;
  std::vector<const char*> choices = {};  // of a choice
};

// What is wrong with a key whose value is right by itself.
struct FormatKeyProblem {
  const char* key;
  std::string message, remedy;
};

struct FormatInfo {
  const char* name;                       // "csv"; the module is format-csv.so
  const char* meaning;                    // one line, for people
  std::vector<const char*> endings = {};  // of names of sources that have this format: ".csv", ".csv.gz"
  bool is_of_files = false;               // the objects are staged as files, without samples
  bool takes_folders = true;              // the source can be a folder
  bool takes_files = true;                // the source can be one object
  bool needs_shape = false;               // [data] must have `shape`
  std::vector<FormatKey> keys = {};
  // Return what is wrong with these keys together; nothing of this sort can be wrong if it is null.
  std::optional<FormatKeyProblem> (*check)(const Json& options) = nullptr;
  // Returns the default of the key `label`, a file, by the naming of the source; empty: there is none.
  std::string (*label_beside)(const std::string& source) = nullptr;
};

const std::vector<FormatInfo>& formats();
const FormatInfo* find_format(const std::string& name);  // null: there is none of that name
// Returns the format that the name of the source tells; null: it tells none.
const FormatInfo* format_of_name(const std::string& source);
// Returns the format that stages objects as files.
const FormatInfo& format_of_files();
bool is_format_of_files(const std::string& name);

// Returns the options for the source, or for the second source: there, test_<name> stands in the place of
// <name>.
Json options_of_source(const Json& options, bool is_second);

// The entries of the table, each in the folder of its format.
FormatInfo csv_info();
FormatInfo tsv_info();
FormatInfo idx_info();
FormatInfo npy_info();
FormatInfo npz_info();
FormatInfo cifar10_info();
FormatInfo cifar100_info();
FormatInfo images_info();
FormatInfo shards_info();
FormatInfo hdf5_info();
FormatInfo raw_info();

}  // namespace trainyard
