// RowTarget: converts units of rows while they arrive, and writes them to their places in the scratch file.
// Each row goes to the split that it belongs to; so units can come in any order and at the same time.
#pragma once
#include <string>
#include <vector>

#include "daemon/agent/fetch_units.h"
#include "daemon/agent/held_out_split.h"
#include "daemon/base/guarded.h"
#include "kernels/scratch_file.h"
#include "plugins/dataset_format.h"

namespace trainyard {

// The rows of a unit. Without a source, the unit's bytes are headers or labels, which are only hashed.
struct UnitRows {
  const RowSource* source = nullptr;
  bool is_test_source = false;  // all rows belong to the test split
  std::int64_t first = 0;       // row of the source
  std::int64_t count = 0;
};

class RowTarget final : public UnitTarget {
 public:
  // `path` is a scratch file with this layout. `rows` has the rows of each unit, by the unit's number. Both
  // must outlive the target, as must `held_out`.
  RowTarget(const std::string& path, const ScratchLayout& layout, const std::vector<UnitRows>& rows,
            const HeldOutRows& held_out);

  std::unique_ptr<UnitSink> begin(const Unit& unit) override;

  // Asked when an interrupted fetch goes on: is this unit there already? Returns nothing, so that the unit is
  // fetched again: its rows were converted, and the digest of the fetched bytes cannot be computed from them.
  std::optional<std::string> sha256_of(const Unit&) override { return std::nullopt; }

 private:
  friend class RowSink;
  // Writes whole rows, which begin with row `first` of their source. `block` is for use by this call.
  void write(const UnitRows& rows, std::int64_t first, std::string_view bytes, SampleBlock& block) const;
  // Write rows of one split, which begin with row `first` of the split.
  void write_split(Split split, std::int64_t first, const SampleBlock& block) const;
  void write_split(Split split, std::int64_t first, std::string_view samples,
                   const SampleBlock& labels) const;

  std::string path_;
  // Locked during a write: the file system lets only one thread write to a file at a time, and the kernel
  // makes the others spin.
  mutable Guarded<UniqueFd> file_;
  ScratchLayout layout_;
  ScratchPlaces places_;
  const std::vector<UnitRows>& rows_;
  const HeldOutRows& held_out_;
};

}  // namespace trainyard
