#include "daemon/manifest/sbatch_lines.h"

#include <array>

#include "daemon/base/text.h"
#include "daemon/manifest/text_guards.h"

namespace trainyard::sbatch {
namespace {

constexpr std::string_view sbatch_mark = "#SBATCH";
constexpr std::size_t most_words = 1000;  // of all #SBATCH lines; sbatch has about 100 options
constexpr std::string_view trainyard_mark = "#TRAINYARD";

constexpr std::array<std::string_view, 2> other_systems{"#PBS", "#BSUB"};
constexpr std::array<std::string_view, 2> burst_buffers{"#BB", "#DW"};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r'; }

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  return line;
}

// Words: splits an #SBATCH line into words by sbatch's rules. A quote (' or ") can open anywhere in a word, a
// backslash escapes only within quotes, and a # outside quotes ends the line.
class Words {
 public:
  Words(std::string_view line, int number, Problems& problems)
      : line_(line), number_(number), problems_(problems) {}

  void read_into(std::vector<Word>& words, std::size_t from) {
    at_ = from;
    while (skip_spaces()) {
      Word word{"", {number_, static_cast<int>(at_) + 1}};
      read(word);
      words.push_back(std::move(word));
    }
  }

 private:
  bool skip_spaces() {
    while (at_ < line_.size() && is_space(line_[at_])) ++at_;
    return at_ < line_.size() && line_[at_] != '#';
  }

  void read(Word& word) {
    char quote = 0;
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (quote == 0 && (is_space(c) || c == '#')) break;
      if (quote != 0 && c == '\\' && at_ + 1 < line_.size())
        word.text += line_[++at_];
      else if (quote != 0 ? c == quote : c == '"' || c == '\'')
        quote = quote == 0 ? c : 0;
      else
        word.text += c;
    }
    if (quote == 0) return;
    problems_.add(word.place, excerpt(line_.substr(static_cast<std::size_t>(word.place.column) - 1)),
                  std::string("a ") + quote + " is not closed on its line");
  }

  std::string_view line_;
  std::size_t at_ = 0;
  int number_;
  Problems& problems_;
};

bool begins_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) && (line.size() == word.size() || is_space(line[word.size()]));
}

bool is_ours(std::string_view line) { return begins_with_word(line, trainyard_mark); }

bool check_beginning(std::string_view text, Problems& problems) {
  if (!text.starts_with("#!")) {
    problems.add({1, 1}, excerpt(text.substr(0, text.find('\n'))), "does not say who executes this script",
                 "the first line of a batch script is #!/bin/bash, or the like");
    return false;
  }
  std::size_t dos = text.find("\r\n");
  if (dos == std::string_view::npos) return true;
  int line = 1;
  for (char c : text.substr(0, dos)) line += c == '\n';
  problems.add({line, 0}, "",
               "the lines end as DOS ends them (CR LF), and the kernel finds no such interpreter",
               "dos2unix makes them Unix's");
  return false;
}

void read_head_line(std::string_view line, int number, Lines& lines, Problems& problems) {
  for (std::string_view mark : other_systems)
    if (begins_with_word(line, mark)) lines.foreign.push_back({excerpt(line), {number, 1}});
  for (std::string_view mark : burst_buffers)
    if (begins_with_word(line, mark))
      problems.add(
          {number, 1}, excerpt(line),
          "asks for a burst buffer: slurmctld looks for that in the job's own script, which is Trainyard's");
  if (line.starts_with(sbatch_mark) && lines.words.size() <= most_words)
    Words(line, number, problems).read_into(lines.words, sbatch_mark.size());
  if (is_ours(line))
    lines.toml += std::string(trainyard_mark.size(), ' ') + std::string(line.substr(trainyard_mark.size()));
  lines.toml += '\n';
}

}  // namespace

bool is_script(std::string_view text) {
  return text.starts_with("#!") || text.starts_with(sbatch_mark) ||
         text.find("\n#SBATCH") != std::string_view::npos;
}

Lines read_lines(std::string_view text, Problems& problems) {
  Lines lines;
  if (!check_text(text, problems) || !check_beginning(text, problems)) return lines;
  int number = 0, first_command = 0;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    const std::string_view begins = trimmed(line);
    if (first_command == 0 && !begins.empty() && begins.front() != '#') first_command = number + 1;
    if (first_command == 0)
      read_head_line(line, number + 1, lines, problems);
    else if (is_ours(line))
      problems.add({number + 1, 1}, excerpt(line),
                   "stands behind the first command, in line " + std::to_string(first_command) +
                       ", where nothing is read any more",
                   "options belong at the beginning");
  }
  if (lines.words.size() > most_words) {
    problems.add(lines.words.back().place, "#SBATCH",
                 "more than " + std::to_string(most_words) + " words of options");
    lines.words.clear();
  }
  return lines;
}

}  // namespace trainyard::sbatch
