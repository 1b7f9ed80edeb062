// trainyard cache list, pin, drop, verify: the data sets on scratch.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/command_line.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/cli/agent_program.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/own_name.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

constexpr std::size_t most_ids_shown = 3;
constexpr int exit_code_of_damage = 1;

const Argument sets_argument{"SET", "a data set's digest, or its beginning", true, true};

std::string data_set_target(const std::string& digest, const std::string& what = "") {
  return "/v1/cache/" + url_escape(digest) + (what.empty() ? "" : '/' + what);
}

std::string short_digest(const Json& data_set) { return get<std::string>(data_set, "digest").substr(0, 12); }

bool is_ready(const Json& data_set) { return get<std::string>(data_set, "state") == "ready"; }

// ---- list

// "60000 + 10000": for training, and held out.
std::string samples_text(const Json& data_set) {
  const std::int64_t samples = integer_or_zero(data_set, "samples"),
                     held_out = integer_or_zero(data_set, "test_samples");
  if (samples == 0) return "-";
  return held_out == 0 ? std::to_string(samples) : fmt::format("{} + {}", samples, held_out);
}

// "12, 13 and 40 more": the runs that need it.
std::string runs_text_of(const Json& data_set) {
  std::vector<std::string> ids;
  for (const Json& id : get<Json>(data_set, "runs"))
    if (ids.size() < most_ids_shown) ids.push_back(id.dump());
  const std::int64_t more = integer_or_zero(data_set, "run_count") - std::ssize(ids);
  return ids.empty() ? "-" : join(ids, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string cache_table(const Context& context, const Json& data_sets, bool with_user) {
  std::vector<TextTable::Column> columns{{"SET"},
                                         {"SIZE", Align::right},
                                         {"SAMPLES", Align::right},
                                         {"STATE"},
                                         {"LAST USE"},
                                         {"PINNED"},
                                         {"RUNS"},
                                         {"FORMAT"},
                                         {"SOURCE"}};
  if (with_user) columns.insert(columns.begin() + 1, {"USER"});
  TextTable table(columns);
  for (const Json& data_set : data_sets) {
    const std::int64_t size = integer_or_zero(data_set, is_ready(data_set) ? "size_bytes" : "source_bytes");
    std::vector<std::string> row{
        short_digest(data_set),
        format_size(size),
        samples_text(data_set),
        get<std::string>(data_set, "state"),
        human_time(get<Json>(data_set, "last_used_at"), context.zone()).substr(0, 16),
        get<bool>(data_set, "pinned") ? "yes" : "-",
        runs_text_of(data_set),
        get<std::string>(data_set, "format"),
        get<std::string>(data_set, "source")};
    if (with_user) row.insert(row.begin() + 1, get<std::string>(data_set, "user"));
    table.add(std::move(row));
  }
  return table.text(context.terminal().width);
}

// The reasons why data sets are not on their way, a line each.
std::string troubles_text(const Json& data_sets) {
  std::string text;
  for (const Json& data_set : data_sets)
    if (const std::string reason = get<std::string>(data_set, "reason");
        !reason.empty() && !is_ready(data_set))
      text += short_digest(data_set) + ": " + reason + '\n';
  return text.empty() ? text : '\n' + text;
}

int run_cache_list(Context& context, const Arguments& arguments) {
  const bool of_others = arguments.has("--all") || arguments.has("--user");
  const std::string user = arguments.has("--all") ? "" : arguments.text("--user", own_name());
  const Json data_sets = get<Json>(context.daemon().get("/v1/cache?user=" + url_escape(user)), "data_sets");
  if (arguments.has("--json")) {
    for (const Json& data_set : data_sets) context.print_json(data_set);
    return 0;
  }
  if (data_sets.empty())
    context.print("no data sets on scratch\n");
  else
    context.print(cache_table(context, data_sets, of_others) + troubles_text(data_sets));
  return 0;
}

// ---- pin, drop

int change_each(Context& context, const Arguments& arguments, const char* action, const Json& body,
                const char* done) {
  for (const std::string& digest : arguments.all("SET")) {
    const Json data_set = context.daemon().post(data_set_target(digest, action), body);
    if (arguments.has("--json"))
      context.print_json(data_set);
    else
      context.print(short_digest(data_set) + ' ' + done + '\n');
  }
  return 0;
}

int run_cache_pin(Context& context, const Arguments& arguments) {
  const bool is_pinned = !arguments.has("--off");
  return change_each(context, arguments, "pin", {{"pinned", is_pinned}},
                     is_pinned ? "is pinned: it stays on scratch" : "is not pinned any more");
}

int run_cache_drop(Context& context, const Arguments& arguments) {
  return change_each(context, arguments, "drop", {{"force", arguments.has("--force")}},
                     "is being removed from scratch");
}

// ---- verify

std::vector<std::string> words_of_verification(const Json& data_set, bool as_json) {
  std::vector<std::string> words{"verify", get<std::string>(data_set, "directory")};
  const auto add = [&](const char* option, const char* key) {
    words.insert(words.end(), {option, std::to_string(integer_or_zero(data_set, key))});
  };
  add("--size", "size_bytes");
  add("--samples", "samples");
  add("--test-samples", "test_samples");
  if (is_format_of_files(get<std::string>(data_set, "format"))) words.emplace_back("--raw");
  if (as_json) words.emplace_back("--json");
  return words;
}

int run_cache_verify(Context& context, const Arguments& arguments) {
  int code = 0;
  for (const std::string& digest : arguments.all("SET")) {
    const Json data_set = context.daemon().get(data_set_target(digest));
    if (!is_ready(data_set))
      throw Error(ErrorKind::invalid,
                  fmt::format("{}: is {}; only a data set that is ready can be verified",
                              short_digest(data_set), get<std::string>(data_set, "state")));
    const int of_set = run_agent(words_of_verification(data_set, arguments.has("--json")));
    if (of_set != 0 && of_set != exit_code_of_damage) return of_set;
    code = std::max(code, of_set);
  }
  return code;
}

}  // namespace

Command cache_list_command() {
  return {"cache list",
          "List the data sets on scratch, the last used first",
          "Data sets that no live run needs are removed when there is too little space, the least recently "
          "used first. Only operators see those of others.",
          {},
          {{"--user,-u", "USER", "data sets of this user", {}},
           {"--all,-a", "", "data sets of all users", {}},
           json_option()},
          {{"trainyard cache list", "what is on scratch, and which runs need it"}},
          run_cache_list};
}

Command cache_pin_command() {
  return {"cache pin",
          "Keep data sets on scratch",
          "A pinned data set is not removed to make room for others. It counts in the size of your cache.",
          {sets_argument},
          {{"--off", "", "no longer", {}}, json_option()},
          {{"trainyard cache pin 3fa94c11d0e2", "keep it"},
           {"trainyard cache pin --off 3fa94c11d0e2", "let it go when there is too little space"}},
          run_cache_pin};
}

Command cache_drop_command() {
  return {
      "cache drop",
      "Remove data sets from scratch",
      "Refused while a live run needs the data set, or while it is being staged. A run that names it later "
      "has it staged again.",
      {sets_argument},
      {{"--force,-f", "", "even if it is pinned", {}}, json_option()},
      {{"trainyard cache drop 3fa94c11d0e2", "make room, or have a damaged data set staged again"}},
      run_cache_drop};
}

Command cache_verify_command() {
  return {
      "cache verify",
      "Compare data sets on scratch with what was noted when they were staged",
      "Works as you, on this host, where scratch must be mounted. Files (format raw) are read and compared "
      "by size and SHA-256; of a scratch file, size, format and number of samples are compared. A damaged "
      "data set makes the exit code 1.",
      {sets_argument},
      {{"--json", "", "print a JSON object for each data set", {}}},
      {{"trainyard cache verify 3fa94c11d0e2", "is it still what was staged?"}},
      run_cache_verify};
}

}  // namespace trainyard
