#include "kernels/spec/table.h"

#include <cmath>
#include <sstream>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

std::string in_words(double number) {
  std::ostringstream text;
  text.precision(15);
  text << number;
  return text.str();
}

std::string in_words(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return '"' + *text + '"';
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  return in_words(std::get<double>(value));
}

std::optional<std::string> problem_with_range(const ParameterInfo& parameter, double number,
                                              const Value& value) {
  if (std::isfinite(number) && number >= parameter.least && number <= parameter.most) return std::nullopt;
  return "must be from " + in_words(parameter.least) + " to " + in_words(parameter.most) + ", not " +
         in_words(value);
}

std::optional<std::string> problem_with_choice(const ParameterInfo& parameter, const std::string& word) {
  for (const std::string& choice : parameter.choices)
    if (choice == word) return std::nullopt;
  return "must be one of " + join_names(parameter.choices) + ", not \"" + word + '"';
}

template <class T>
const T& value_of(const KindSpec& spec, const char* parameter) {
  auto found = spec.parameters.find(parameter);
  if (found == spec.parameters.end() || !std::holds_alternative<T>(found->second))
    throw Error(ErrorKind::internal, spec.kind + ": no parameter " + parameter + " of that type");
  return std::get<T>(found->second);
}

Value as_written_type(const ParameterInfo& parameter, const Value& value) {
  if (parameter.type == ValueType::number && std::holds_alternative<std::int64_t>(value))
    return static_cast<double>(std::get<std::int64_t>(value));
  return value;
}

}  // namespace

const char* to_string(ValueType type) {
  switch (type) {
    case ValueType::integer:
      return "an integer";
    case ValueType::number:
      return "a number";
    case ValueType::choice:
      return "a word";
  }
  return "";
}

std::int64_t KindSpec::integer(const char* parameter) const {
  return value_of<std::int64_t>(*this, parameter);
}
double KindSpec::number(const char* parameter) const { return value_of<double>(*this, parameter); }
const std::string& KindSpec::choice(const char* parameter) const {
  return value_of<std::string>(*this, parameter);
}

const KindInfo* find_kind(const KindTable& table, const std::string& name) {
  for (const KindInfo& kind : table)
    if (name == kind.name) return &kind;
  return nullptr;
}

const ParameterInfo* find_parameter(const std::vector<ParameterInfo>& parameters, const std::string& name) {
  for (const ParameterInfo& parameter : parameters)
    if (name == parameter.name) return &parameter;
  return nullptr;
}

std::optional<std::string> problem_with(const ParameterInfo& parameter, const Value& value) {
  std::string wrong_type = std::string("must be ") + to_string(parameter.type) + ", not " + in_words(value);
  const auto* text = std::get_if<std::string>(&value);
  if (parameter.type == ValueType::choice) return text ? problem_with_choice(parameter, *text) : wrong_type;
  if (text) return wrong_type;
  if (const auto* number = std::get_if<double>(&value))
    return parameter.type == ValueType::number ? problem_with_range(parameter, *number, value) : wrong_type;
  return problem_with_range(parameter, static_cast<double>(std::get<std::int64_t>(value)), value);
}

KindSpec make_spec(const KindInfo& kind, const std::map<std::string, Value>& given) {
  KindSpec spec{kind.name, {}};
  for (const auto& [name, value] : given) {
    const ParameterInfo* parameter = find_parameter(kind.parameters, name);
    if (!parameter) throw_invalid(std::string(kind.name) + ": no parameter " + name);
    if (auto problem = problem_with(*parameter, value))
      throw_invalid(std::string(kind.name) + ": " + name + " " + *problem);
    spec.parameters[name] = as_written_type(*parameter, value);
  }
  for (const ParameterInfo& parameter : kind.parameters) {
    if (spec.parameters.count(parameter.name)) continue;
    if (!parameter.otherwise) throw_invalid(std::string(kind.name) + ": " + parameter.name + " is missing");
    spec.parameters[parameter.name] = *parameter.otherwise;
  }
  return spec;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

std::vector<std::string> kind_names(const KindTable& table) {
  std::vector<std::string> names;
  for (const KindInfo& kind : table) names.push_back(kind.name);
  return names;
}

Json to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Value value_from_json(const Json& json, const std::string& name) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    throw_invalid(name + ": " + json.dump() + " is too large");
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  throw_invalid(name + " must be a number or a word, not " + json.type_name());
}

}  // namespace trainyard
