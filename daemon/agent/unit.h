// A unit: the part of an object that is fetched as a whole. A fetch that is killed continues with the next
// unit.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>

#include "plugins/object_store.h"

namespace trainyard {

inline constexpr std::int64_t most_unit_bytes = std::int64_t{64} << 20;

struct Unit {
  std::size_t number = 0;  // in the order of the objects and their bytes, from 0
  std::size_t object_number = 0;
  Object object;
  std::int64_t offset = 0;
  std::int64_t size_bytes = 0;  // 0 only for an empty object
};

// Returns the next unit; nothing at the end.
using NextUnit = std::function<std::optional<Unit>()>;

// Divides the objects that `next_object` returns into units.
class UnitDivider {
 public:
  explicit UnitDivider(std::function<std::optional<Object>()> next_object,
                       std::int64_t most_bytes = most_unit_bytes)
      : next_object_(std::move(next_object)), most_bytes_(most_bytes) {}

  std::optional<Unit> next() {
    if (!object_ || offset_ >= object_->size_bytes) {
      if (object_) ++object_number_;
      object_ = next_object_();
      offset_ = 0;
      if (!object_) return std::nullopt;
    }
    const std::int64_t size = std::min(most_bytes_, object_->size_bytes - offset_);
    Unit unit{number_++, object_number_, *object_, offset_, size};
    offset_ = size == 0 ? 1 : offset_ + size;  // an empty object has one unit
    return unit;
  }

 private:
  std::function<std::optional<Object>()> next_object_;
  std::int64_t most_bytes_;
  std::optional<Object> object_;
  std::int64_t offset_ = 0;
  std::size_t number_ = 0, object_number_ = 0;
};

}  // namespace trainyard
