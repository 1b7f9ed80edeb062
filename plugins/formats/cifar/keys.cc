// The keys of the formats cifar10 and cifar100.
#include "plugins/formats/table/format_table.h"

namespace trainyard {

FormatInfo cifar10_info() {
  return {.name = "cifar10", .meaning = "CIFAR-10's binary version: a .bin file, or a folder of them"};
}

FormatInfo cifar100_info() {
  return {.name = "cifar100",
          .meaning = "CIFAR-100's binary version: a .bin file, or a folder of them",
          .keys = {{.name = "label",
                    .type = FormatKeyType::choice,
                    .meaning = "which of its two labels a sample gets: one of 100 classes, or one of 20",
                    .otherwise = "fine",
                    .choices = {"fine", "coarse"}}}};
}

}  // namespace trainyard
