#include "daemon/manifest/sbatch_arguments.h"

#include <optional>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/manifest/sbatch_options.h"

namespace trainyard::sbatch {
namespace {

// Arguments: parses the words of #SBATCH lines as getopt_long(3) does, because sbatch uses that.
class Arguments {
 public:
  Arguments(const std::vector<Word>& words, Problems& problems) : words_(words), problems_(problems) {}

  std::map<std::string, Given> read() {
    while (at_ < words_.size() && !problems_.full()) {
      const Word& word = words_[at_++];
      if (word.text == "hetjob" || word.text == "packjob")
        problems_.add(word.place, word.text, "is refused: a run is one job, not several of different kinds");
      else if (word.text.starts_with("--") && word.text.size() > 2)
        read_long(word);
      else if (word.text.starts_with('-') && word.text.size() > 1 && word.text != "--")
        read_short(word);
      else
        problems_.add(word.place, excerpt(word.text), "is not an option",
                      "a value with blanks stands in quotes, and one that may be left out behind =");
    }
    return std::move(given_);
  }

 private:
  void read_long(const Word& word) {
    const std::size_t equals = word.text.find('=');
    const std::string name = word.text.substr(2, equals - 2);
    const Option* option = find_option(name);
    if (!option) return unknown(word, name);
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.text.substr(equals + 1);
    if (option->argument == Argument::none && value)
      return problems_.add(word.place, excerpt(word.text), "takes no value");
    take(*option, word, value);
  }

  // Parses a word of short options: "-N2", "-N" with the next word as its value, or several options, "-Os"
  // for "-O -s".
  void read_short(const Word& word) {
    for (std::size_t i = 1; i < word.text.size(); ++i) {
      const Option* option = find_option(word.text[i]);
      if (!option) return problems_.add(word.place, excerpt(word.text), "is not an option of sbatch");
      if (option->argument == Argument::none) {
        take(*option, word, std::nullopt);
        continue;
      }
      const std::string rest = word.text.substr(i + 1);
      return take(*option, word, rest.empty() ? std::nullopt : std::optional(rest));
    }
  }

  void unknown(const Word& word, const std::string& name) {
    std::vector<std::string> names, longer;
    for (const Option& option : options()) {
      names.emplace_back(option.name);
      if (names.back().starts_with(name)) longer.push_back("--" + names.back());
    }
    if (longer.size() > 1)
      return problems_.add(word.place, excerpt(word.text), "may mean " + join(longer, ", "));
    const std::string near = nearest(name, names);
    problems_.add(word.place, excerpt(word.text), "is not an option of sbatch",
                  near.empty() ? "" : "did you mean --" + near + '?');
  }

  void take(const Option& option, const Word& word, std::optional<std::string> value) {
    std::string text = word.text;
    if (option.argument == Argument::required && !value) {
      if (at_ == words_.size()) return problems_.add(word.place, excerpt(text), "needs a value");
      value = words_[at_++].text;
      text += ' ' + *value;
    }
    if (option.refused)
      return problems_.add(word.place, excerpt(text), std::string("is refused: ") + option.refused);
    try {
      keep(option, {option.read(value.value_or("")), word.place, excerpt(text)});
    } catch (const Error& e) {
      problems_.add(word.place, excerpt(text), e.what());
    }
  }

  void keep(const Option& option, Given given) {
    Given& kept = given_[key_of(option)];
    if (option.adds_up && kept.value.is_array())
      given.value.insert(given.value.begin(), kept.value.begin(), kept.value.end());
    kept = std::move(given);
  }

  static std::string key_of(const Option& option) {
    const std::string name = option.name;
    return name == "tasks-per-node" ? "ntasks-per-node" : name;
  }

  const std::vector<Word>& words_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::map<std::string, Given> given_;
};

}  // namespace

std::map<std::string, Given> read_arguments(const std::vector<Word>& words, Problems& problems) {
  return Arguments(words, problems).read();
}

}  // namespace trainyard::sbatch
