// SPDX-License-Identifier: GPL-2.0-or-later
// StderrCapture: reads what libslurm writes about a call to standard error, and nowhere else: slurmctld's own
// words on a request, and those of the site's job_submit plugins. The caller of libslurm gets only a number,
// which says less.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard::slurm {

// While the object lives, standard error of this process goes to memory. The destructor then writes the
// captured text to the real standard error. For a process that does one thing at a time, as a deputy does. If
// there is no memory for it, nothing is captured and standard error stays as it is.
class StderrCapture {
 public:
  StderrCapture();
  ~StderrCapture();
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  // Returns the errors so far, as one line; empty: none.
  std::string errors() const;

 private:
  UniqueFd said_, before_;
};

// Joins the lines of a plugin's message into one line: "one; two". Returns an empty text for null.
std::string one_line(const char* said);

// Returns the errors in a captured text, as one line: "deputy: error: no, ada\ndeputy: debug: 1\n" → "no,
// ada"; several errors become "one; two".
std::string errors_in(std::string_view said);

}  // namespace trainyard::slurm
