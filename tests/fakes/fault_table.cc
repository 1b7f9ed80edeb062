#include "tests/fakes/fault_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr const char* wrong = "WRONG";

bool is_beside(const fs::path& path) { return path.filename().string().find(".tmp-") != std::string::npos; }

std::string without(std::string text, const std::string& folder) {
  for (std::size_t at; (at = text.find(folder)) != std::string::npos;) text.replace(at, folder.size(), "@");
  return text;
}

bool has_leftovers(const std::string& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (is_beside(entry.path())) return true;
  return false;
}

std::optional<Error> error_of(const std::function<void(const std::string&)>& act, const std::string& folder) {
  try {
    act(folder);
  } catch (const Error& e) {
    return e;
  } catch (const std::exception& e) {
    return Error(ErrorKind::internal, std::string("no Error, but: ") + e.what());
  }
  return std::nullopt;
}

// Describes the files in which `found` differs from `expected`; empty if there are none.
std::string difference(const Seen& found, const Seen& expected) {
  std::string text;
  for (const auto& [name, contents] : found)
    if (auto known = expected.find(name); known == expected.end() || known->second != contents)
      text += fmt::format("  found {}: {}\n", name, contents.substr(0, 200));
  for (const auto& [name, contents] : expected)
    if (!found.contains(name)) text += fmt::format("  missing {}: {}\n", name, contents.substr(0, 200));
  return text;
}

// What a reader finds before and after the function under test without a fault, and the function's disk
// calls.
struct Calm {
  Seen before, after;
  std::vector<std::string> calls;
};

std::optional<std::string> entry_of(const Seen& seen, const std::string& name) {
  const auto found = seen.find(name);
  return found == seen.end() ? std::nullopt : std::optional(found->second);
}

// Returns true if each file is as it was before the call, or as it is after a call without a fault.
bool is_in_part(const Seen& seen, const Calm& calm) {
  Seen names = calm.before;
  names.insert(calm.after.begin(), calm.after.end());
  names.insert(seen.begin(), seen.end());
  return std::ranges::all_of(names, [&](const auto& entry) {
    const std::optional<std::string> now = entry_of(seen, entry.first);
    return now == entry_of(calm.before, entry.first) || now == entry_of(calm.after, entry.first);
  });
}

class Trials {
 public:
  Trials(const FaultyCall& call, const std::vector<FaultKind>& faults)
      : call_(call), faults_(faults), calm_(without_fault()) {}

  void print_rows() const {
    std::string header = fmt::format("{:<30}", call_.name);
    for (const FaultKind& fault : faults_) header += fmt::format(" {:<12}", fault.name);
    std::cout << '\n' << header << '\n';
    for (std::size_t n = 1; n <= calm_.calls.size(); ++n)
      if (!is_one_of_many(n)) std::cout << row(n) << '\n';
  }

 private:
  const std::string& name_of(std::size_t n) const { return calm_.calls[n - 1]; }

  // Returns true if the three calls before call `n` and the three after it have the same name.
  bool is_one_of_many(std::size_t n) const {
    constexpr std::size_t tried = 3;
    if (n <= tried || n + tried > calm_.calls.size()) return false;
    const auto like = [&](std::size_t other) { return name_of(other) == name_of(n); };
    for (std::size_t other = n - tried; other <= n + tried; ++other)
      if (!like(other)) return false;
    return true;
  }

  std::string row(std::size_t n) const {
    std::string text = fmt::format("{:>4} {:<25}", n, name_of(n));
    for (const FaultKind& fault : faults_)
      text += fmt::format(" {:<12}", name_of(n).starts_with(fault.of_call) ? outcome(fault, n) : "-");
    return text;
  }

  Calm without_fault() const {
    TemporaryDirectory folder;
    arrange(folder.path());
    Calm calm{.before = call_.look(folder.path()), .after = {}, .calls = {}};
    {
      const std::unique_ptr<Fault> none = faults_.front().begin(0);
      call_.act(folder.path());
      calm.calls = none->calls();
    }
    calm.after = call_.look(folder.path());
    EXPECT_FALSE(calm.calls.empty()) << call_.name << " makes no call that could fail";
    EXPECT_NE(calm.before, calm.after) << call_.name << " changes nothing that a reader finds";
    return calm;
  }

  void arrange(const std::string& folder) const {
    const std::unique_ptr<Fault> none = faults_.front().begin(0);
    call_.arrange(folder);
  }

  std::string outcome(const FaultKind& kind, std::size_t n) const {
    TemporaryDirectory folder;
    arrange(folder.path());
    std::optional<Error> error;
    {
      const std::unique_ptr<Fault> fault = kind.begin(n);
      error = error_of(call_.act, folder.path());
      EXPECT_TRUE(fault->has_failed()) << call_.name << ", call " << n << ": was not reached";
    }
    const Seen seen = call_.look(folder.path());
    const std::string judged = judge(error, seen, folder.path());
    const std::string where = fmt::format("{}, call {} ({}), {}: ", call_.name, n, name_of(n), kind.name);
    if (judged == wrong)
      ADD_FAILURE() << where << (error ? error->what() : "no error") << "\nagainst what was before:\n"
                    << difference(seen, calm_.before) << "against what should be:\n"
                    << difference(seen, calm_.after);
    const bool may_leave_something = name_of(n) == "remove" || kind.lasts_for_removals;
    EXPECT_FALSE(!may_leave_something && has_leftovers(folder.path()))
        << where << "a file beside its name was left";
    if (error) expect_complete_again(folder.path(), where);
    return judged;
  }

  std::string judge(const std::optional<Error>& error, const Seen& seen, const std::string& folder) const {
    if (!error) return seen == calm_.after ? "complete" : wrong;
    const bool names_the_file = std::string(error->what()).find(folder) != std::string::npos;
    if (error->kind() != ErrorKind::unavailable || !names_the_file) return wrong;
    if (seen == calm_.before) return "unchanged";
    if (seen == calm_.after) return "complete!";
    return call_.may_end_in_part && is_in_part(seen, calm_) ? "in part!" : wrong;
  }

  void expect_complete_again(const std::string& folder, const std::string& where) const {
    const std::unique_ptr<Fault> none = faults_.front().begin(0);
    const std::optional<Error> error = error_of(call_.act_again ? call_.act_again : call_.act, folder);
    EXPECT_FALSE(error) << where << "done again without the fault: " << error->what();
    const Seen seen = call_.look(folder);
    EXPECT_EQ(difference(seen, calm_.after), "") << where << "done again without the fault";
  }

  const FaultyCall& call_;
  const std::vector<FaultKind>& faults_;
  Calm calm_;
};

}  // namespace

Seen files_below(const std::string& folder) {
  Seen seen;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (is_beside(entry.path())) continue;
    if (entry.is_symlink())
      seen[name] = "-> " + without(fs::read_symlink(entry.path()).string(), folder);
    else if (entry.is_regular_file())
      seen[name] = without(read_file(entry.path().string()), folder);
  }
  return seen;
}

void expect_to_survive(const std::vector<FaultKind>& faults, const std::vector<FaultyCall>& calls) {
  for (const FaultyCall& call : calls) Trials(call, faults).print_rows();
  std::cout << "\n";
}

}  // namespace trainyard
