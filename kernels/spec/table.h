// Tables of the kinds of layers, optimizers and losses that a manifest can choose, each with its parameters.
// The parsers check manifests and settings against the tables, and tests compare the manual pages with them.
// Pure functions, like all in kernels/spec/.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

// A parameter's value. An integer is allowed for a parameter of type number, but not a number for one of type
// integer.
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

// A kind of a table that was chosen, with a value for every parameter.
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

// Return the kind or the parameter with this name; nullptr if there is none.
const KindInfo* find_kind(const KindTable& table, const std::string& name);
const ParameterInfo* find_parameter(const std::vector<ParameterInfo>& parameters, const std::string& name);

// Returns what is wrong with the value, in words that can follow the parameter's name ("must be from 0 to 1,
// not 3"); nullopt if the value is valid.
std::optional<std::string> problem_with(const ParameterInfo& parameter, const Value& value);

// Returns the kind with the given values of parameters, and the defaults of the others. Converts integers to
// double for parameters of type number. Throws Error{invalid} for an unknown, missing or wrong parameter,
// naming kind and parameter.
KindSpec make_spec(const KindInfo& kind, const std::map<std::string, Value>& given);

// Returns the names in one text, for messages: "relu, tanh, none".
std::string join_names(const std::vector<std::string>& names);
std::vector<std::string> kind_names(const KindTable& table);

Json to_json(const Value& value);
Value value_from_json(const Json& json,
                      const std::string& name);  // Error{invalid} on anything but number and text

}  // namespace trainyard
