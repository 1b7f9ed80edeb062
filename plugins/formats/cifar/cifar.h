// cifar10 and cifar100: the binary versions of CIFAR-10 and CIFAR-100. Each row of an object is a label of
// one byte (CIFAR-100: the coarse label, then the fine one), and 3 × 32 × 32 unsigned bytes, channels first.
// In a folder, all objects that end in .bin are read, but those of test data (test.bin, test_batch.bin).
// Option `label` of cifar100: "fine" (100 classes) or "coarse" (20); `shape` sets another shape.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_cifar10_format();
std::unique_ptr<DatasetFormat> make_cifar100_format();

}  // namespace trainyard
