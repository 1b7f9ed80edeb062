// Journal: sends log lines to systemd's journal by the journal's own protocol. Such a line has fields, by
// which `journalctl TRAINYARD_RUN=42` finds the line. Only journal.cc uses libsystemd's journal functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace trainyard {

// A key and a value of a log line, "run=42".
struct LogField {
  std::string key;
  std::string value;
  bool operator==(const LogField&) const = default;
};

// Returns true if standard error of this process leads to the journal, as $JOURNAL_STREAM says.
bool is_stderr_the_journal();

// Sends the line with its fields, which are named TRAINYARD_<KEY> in the journal. `priority` is syslog's, 0
// to 7. Returns false if journald refused the line; where no journald is installed the line is lost. Any
// thread can call this.
bool send_to_journal(int priority, std::string_view line, const std::vector<LogField>& fields);

}  // namespace trainyard
