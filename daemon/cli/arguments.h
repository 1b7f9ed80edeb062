// Arguments: what was given to one command, by the names its table uses: "--state", "RUN".
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/cli/command.h"

namespace trainyard {

class Arguments {
 public:
  void add(const std::string& name, const std::string& value) { given_[name].push_back(value); }

  bool has(const std::string& name) const { return given_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const;  // the last one given
  std::vector<std::string> all(const std::string& name) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;  // Error{invalid}

  // The values of an option that takes a list: "--by user,plan --by month" is {"user", "plan", "month"}.
  std::vector<std::string> list(const std::string& name) const;

  // Error{invalid} for a missing argument, one too many, or a word that is none of an option's.
  void check(const Command& command) const;

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

// "42" or "training-42"; Error{invalid} otherwise.
std::int64_t run_id_from(const std::string& text);
std::vector<std::int64_t> run_ids_from(const std::vector<std::string>& texts);

// "; did you mean submit?", or nothing when no candidate is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace trainyard
