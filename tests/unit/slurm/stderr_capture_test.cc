// Tests of capturing messages that libslurm writes only to standard error.
#include "plugins/slurm/stderr_capture.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace trainyard::slurm {
namespace {

TEST(StderrCapture, HearsTheErrorsAndLeavesStandardErrorWhatItWas) {
  ::testing::internal::CaptureStderr();
  std::string errors;
  {
    StderrCapture captured;
    std::fputs("deputy: error: no, ada\n", stderr);
    errors = captured.errors();
  }
  std::fputs("afterwards\n", stderr);
  EXPECT_EQ(errors, "no, ada");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "deputy: error: no, ada\nafterwards\n");
}

TEST(StderrCapture, OfSilenceIsNothing) { EXPECT_EQ(StderrCapture().errors(), ""); }

TEST(WhatAPluginSays, IsOneLine) {
  EXPECT_EQ(one_line("welcome\n\n to the queue \n"), "welcome; to the queue");
  EXPECT_EQ(one_line(nullptr), "");
}

TEST(TheErrors, OfSeveralLinesAreOne) {
  EXPECT_EQ(errors_in("sbatch: error: no, ada\nsbatch: error:  not today \nsbatch: error: \n"),
            "no, ada; not today");
}

TEST(TheErrors, AreNotWhatElseIsSaid) { EXPECT_EQ(errors_in("sbatch: debug: ready\nsbatch: welcome\n"), ""); }

TEST(TheErrors, AreSaidAsTheyAre) { EXPECT_EQ(errors_in("sbatch: error: lua: error: 7"), "lua: error: 7"); }

}  // namespace
}  // namespace trainyard::slurm
