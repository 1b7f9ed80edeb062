// Reads the keys of [data] that belong to the format of the data, by the table of formats.
#pragma once
#include <string>
#include <vector>

#include "daemon/manifest/fields.h"
#include "daemon/manifest/manifest.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {

// Fills in data.options, data.label_source and data.test_label_source. data.source and data.test_source must
// be set. Records a problem for each key that is wrong or missing, and for keys of other formats.
void read_format_keys(Fields& fields, const FormatInfo& format, DataSpec& data);

// Records a problem for each of the keys that the manifest has: they mean nothing for this format.
void refuse_keys(Fields& fields, const std::vector<std::string>& keys, const FormatInfo& format);

// Sets `into` to the URL that the key's value is, or, if the value is the name of a file, to the URL of this
// file in the folder of `source`. Leaves `into` as it was, and returns false, if the key is absent, or if its
// value is neither, which is recorded as a problem.
bool read_url_or_name(Fields& fields, const char* key, const std::string& source, std::string& into);

}  // namespace trainyard
