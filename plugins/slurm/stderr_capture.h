// SPDX-License-Identifier: GPL-2.0-or-later
// What libslurm says of a call on standard error, and nowhere else: slurmctld's own words on one request,
// those of the site's job_submit plugins among them. The caller gets a number, which says less.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard::slurm {

// While it lives, standard error of this process goes to memory; afterwards what was said is written to where
// it belongs. For a process that does one thing at a time, as a deputy does. Where there is no memory for it
// nothing is heard, and standard error stays what it is.
class StderrCapture {
 public:
  StderrCapture();
  ~StderrCapture();
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  // The errors so far, as one line; empty: none.
  std::string errors() const;

 private:
  UniqueFd said_, before_;
};

// What a plugin says, line by line, as one: "one; two". Empty for null.
std::string one_line(const char* said);

// "deputy: error: no, ada\ndeputy: debug: 1\n" → "no, ada"; several lines become "one; two".
std::string errors_in(std::string_view said);

}  // namespace trainyard::slurm
