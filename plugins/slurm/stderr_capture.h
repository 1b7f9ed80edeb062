// SPDX-License-Identifier: GPL-2.0-or-later
// StderrCapture: reads the messages about a call that libslurm writes to standard error and does not return:
// slurmctld's text about a request, and that of the site's job_submit plugins. The call itself returns only
// an error number.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard::slurm {

// While the object lives, standard error of this process goes to memory. The destructor then writes the
// captured text to the real standard error. Only for processes with one thread, such as a deputy. If there is
// no memory for it, nothing is captured and standard error stays as it is.
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

// Joins the lines of a job_submit plugin's message into one line: "one; two". Returns an empty text for null.
std::string one_line(const char* said);

// Returns the errors in a captured text, as one line: "deputy: error: no, ada\ndeputy: debug: 1\n" → "no,
// ada"; several errors become "one; two".
std::string errors_in(std::string_view said);

}  // namespace trainyard::slurm
