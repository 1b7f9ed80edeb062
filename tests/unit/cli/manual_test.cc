// Compares man/trainyard.1 with the table of commands, both ways.
#include <gtest/gtest.h>

#include <set>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"

namespace trainyard {
namespace {

// In the manual "## submit FILE..." begins the section of a command, "*--wait*, *-w*" that of an option.
using Entries = std::set<std::string>;

std::string without_markup(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    bool escaped = line[i] == '\\' && i + 1 < line.size();
    if (escaped) text += line[++i];
    if (!escaped && line[i] != '*' &&
        (line[i] != '_' || (i > 0 && std::isalnum(line[i - 1]) != 0 && std::isalnum(line[i + 1]) != 0)))
      text += line[i];
  }
  return text;
}

Entries manual_entries() {
  Entries entries;
  std::string command;
  for (const std::string& line : split(read_file(MANUAL), '\n')) {
    if (line.starts_with("## ")) {
      command = without_markup(line.substr(3));
      entries.insert(command);
    } else if (line.starts_with("# ")) {
      command.clear();
    } else if (line.starts_with("*--")) {
      entries.insert(command + " | " + without_markup(line));
    }
  }
  return entries;
}

void add_options(Entries& entries, const std::string& command, const std::vector<Option>& options) {
  for (const Option& option : options)
    entries.insert(command + " | " + join(split(option.names, ','), ", ") +
                   (option.value.empty() ? "" : ' ' + option.value));
}

Entries table_entries() {
  Entries entries;
  add_options(entries, "", global_options());
  for (const Command& command : all_commands()) {
    std::string heading = command.name;
    for (const Argument& argument : command.arguments) {
      std::string name = argument.name + (argument.several ? "..." : "");
      heading += argument.required ? ' ' + name : " [" + name + ']';
    }
    entries.insert(heading);
    add_options(entries, heading, command.options);
  }
  return entries;
}

TEST(Manual, ListsEveryCommandAndOptionAndNoOther) {
  Entries manual = manual_entries(), table = table_entries();
  for (const std::string& entry : table)
    EXPECT_TRUE(manual.contains(entry)) << "not in the manual: " << entry;
  for (const std::string& entry : manual)
    EXPECT_TRUE(table.contains(entry)) << "only in the manual: " << entry;
}

TEST(Manual, NamesEveryWordAnOptionTakes) {
  std::string manual = without_markup(read_file(MANUAL));
  for (const Command& command : all_commands()) {
    for (const Option& option : command.options) {
      EXPECT_NE(manual.find(join(option.words, ", ")), std::string::npos)
          << command.name << ' ' << option.names;
    }
  }
}

}  // namespace
}  // namespace trainyard
