// Tables of the kinds of layers, optimizers and losses that can be chosen, each with its parameters. Readers
// check their input against the tables, tests compare the manual pages with them, the trainer builds from
// them. Pure functions, as everything in kernels/spec/.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

// A parameter's value. An integer is accepted where a number is expected, but a number is not accepted where
// an integer is expected.
using Value = std::variant<std::int64_t, double, std::string>;

enum class ValueType { integer, number, choice };

const char* to_string(ValueType type);  // "an integer", "a number", "a word"

struct ParameterInfo {
  const char* name;  // as it is written
  ValueType type;
  const char* meaning;             // one line, for people
  std::optional<Value> otherwise;  // the default; nullopt: the parameter is required
  double least = 0;                // of integers and numbers, inclusive
  double most = 0;
  std::vector<std::string> choices;  // the words that a choice can be
};

struct KindInfo {
  const char* name;       // as it is written: `{ dense = 128, activation = "relu" }`
  const char* meaning;    // one line, for people
  const char* principal;  // the parameter written after the kind's own name ("units"); "" if it has none
  std::vector<ParameterInfo> parameters;
};

using KindTable = std::vector<KindInfo>;

// One choice from a table, with every parameter set.
struct KindSpec {
  std::string kind;
  std::map<std::string, Value> parameters;

  std::int64_t integer(const char* parameter) const;
  double number(const char* parameter) const;
  const std::string& choice(const char* parameter) const;

  bool operator==(const KindSpec& other) const {
    return kind == other.kind && parameters == other.parameters;
  }
};

// Return nullptr if there is none of that name.
const KindInfo* find_kind(const KindTable& table, const std::string& name);
const ParameterInfo* find_parameter(const std::vector<ParameterInfo>& parameters, const std::string& name);

// Returns what is wrong with the value, in words that can follow the parameter's name ("must be from 0 to 1,
// not 3"). Returns nullopt if the value is right.
std::optional<std::string> problem_with(const ParameterInfo& parameter, const Value& value);

// Returns the kind with the given parameters. Fills in defaults, and makes integers double where numbers are
// expected. Throws Error{invalid} on an unknown, missing or wrong parameter, naming kind and parameter.
KindSpec make_spec(const KindInfo& kind, const std::map<std::string, Value>& given);

// Returns the names in one text, for messages: "relu, tanh, none".
std::string join_names(const std::vector<std::string>& names);
std::vector<std::string> kind_names(const KindTable& table);

Json to_json(const Value& value);
Value value_from_json(const Json& json,
                      const std::string& name);  // Error{invalid} on anything but number and text

}  // namespace trainyard
