// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/tres.h"

#include <gtest/gtest.h>

namespace trainyard::slurm {
namespace {

TEST(GpusInTres, AreCountedOnceWhenListedGenericAndTyped) {
  Gpus gpus = gpus_in("cpu=4,mem=400M,node=2,billing=4,gres/gpu=2,gres/gpu:k40=2");
  EXPECT_EQ(gpus.count, 2);
  EXPECT_EQ(gpus.type, "k40");
}

TEST(GpusInTres, AreTheSumOfTheTypesWhereOnlyTypesAreTracked) {
  Gpus gpus = gpus_in("cpu=4,gres/gpu:k40=3,gres/gpu:k80=1");
  EXPECT_EQ(gpus.count, 4);
  EXPECT_EQ(gpus.type, "k40,k80");
}

TEST(GpusInTres, HaveNoTypeWhereOnlyTheGenericIsTracked) {
  Gpus gpus = gpus_in("gres/gpu=8,node=2");
  EXPECT_EQ(gpus.count, 8);
  EXPECT_EQ(gpus.type, "");
}

TEST(GpusInTres, AreNoneInAnEmptyOrGpulessOrBrokenString) {
  EXPECT_EQ(gpus_in("").count, 0);
  EXPECT_EQ(gpus_in("cpu=1,mem=100M,node=1").count, 0);
  EXPECT_EQ(gpus_in("gres/gpu=,gres/gpufoo=3,gres/gpu").count, 0);
}

TEST(GpusInGres, AreTheJobsTotalWithTheirTypes) {
  EXPECT_EQ(gpus_in_gres("gpu:k40:4,mps:100").count, 4);
  EXPECT_EQ(gpus_in_gres("gpu:k40:4,mps:100").type, "k40");
  EXPECT_EQ(gpus_in_gres("gpu:2").count, 2);
  EXPECT_EQ(gpus_in_gres("gpu:2").type, "");
  EXPECT_EQ(gpus_in_gres("gpu:k40:1,gpu:k80:2").count, 3);
  EXPECT_EQ(gpus_in_gres("").count, 0);
}

TEST(TresIds, BecomeNamesAndUnknownOnesStayNumbers) {
  EXPECT_EQ(with_names("1=4,1001=2,77=5", {{1, "cpu"}, {1001, "gres/gpu"}}), "cpu=4,gres/gpu=2,77=5");
}

TEST(TresIds, LetAmountsBeThatAreUnset) {
  EXPECT_EQ(with_names("3=18446744073709551614", {{3, "energy"}}), "energy=18446744073709551614");
}

}  // namespace
}  // namespace trainyard::slurm
