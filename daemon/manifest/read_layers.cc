#include "daemon/manifest/read_layers.h"

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

std::vector<std::string> parameter_names(const KindInfo& kind) {
  std::vector<std::string> names;
  for (const ParameterInfo& parameter : kind.parameters)
    if (parameter.name != std::string(kind.principal)) names.push_back(parameter.name);
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates,
                         const std::string& else_hint) {
  std::string meant = nearest(word, candidates);
  return meant.empty() ? else_hint : "did you mean " + meant + '?';
}

std::optional<Value> value_of(const Node& node) {
  if (const auto* integer = node.integer()) return *integer;
  if (const auto* number = node.number()) return *number;
  if (const auto* string = node.string()) return *string;
  return std::nullopt;
}

// Reads the table's entries as parameters of a kind of layer or optimizer. The entry with the key `kind_key`,
// the kind's name, has the kind's principal parameter as its value. Returns nullopt if it added a problem.
std::optional<KindSpec> read_parameters(const Table& table, const KindInfo& kind, const std::string& kind_key,
                                        Place place, const std::string& path, Problems& problems) {
  const std::size_t problems_before = problems.count();
  std::map<std::string, Value> given;
  for (const Entry& entry : table) {
    if (problems.full()) return std::nullopt;
    const bool is_principal = entry.key == kind_key;
    const std::string name = is_principal ? kind.principal : entry.key;
    const ParameterInfo* parameter = find_parameter(kind.parameters, name);
    if (!parameter || (!is_principal && name == kind.principal)) {
      std::vector<std::string> known = parameter_names(kind);
      problems.add(entry.place, excerpt(entry.key), std::string("unknown key of ") + kind.name,
                   did_you_mean(entry.key, known, "known keys: " + join(known, ", ")));
    } else if (auto value = read_parameter(entry.value, *parameter, path + '.' + entry.key, problems)) {
      given[name] = *value;
    }
  }
  if (problems.count() > problems_before) return std::nullopt;
  try {
    return make_spec(kind, given);
  } catch (const Error& error) {  // a parameter without a default is missing
    problems.add(place, kind.name, error.what());
    return std::nullopt;
  }
}

void add_unknown_kind(const Node& node, const KindTable& kinds, const std::string& path, Problems& problems) {
  const std::vector<std::string> known = kind_names(kinds);
  std::string hint = "known kinds: " + join(known, ", ");
  std::string meant;
  constexpr std::size_t enough_entries = 20;
  if (const Table* table = node.table(); table && table->size() <= enough_entries)
    for (const Entry& entry : *table)
      if (meant.empty()) meant = nearest(entry.key, known);
  if (!meant.empty()) hint = "did you mean " + meant + '?';
  problems.add(node.place, node.text, path + " is of no known kind", hint);
}

}  // namespace

std::optional<Value> read_parameter(const Node& node, const ParameterInfo& parameter, const std::string& path,
                                    Problems& problems) {
  auto value = value_of(node);
  if (!value) {
    problems.add(node.place, node.text, path + " must be " + to_string(parameter.type));
    return std::nullopt;
  }
  if (auto wrong = problem_with(parameter, *value)) {
    const auto* word = std::get_if<std::string>(&*value);
    problems.add(node.place, node.text, path + ' ' + *wrong,
                 word ? did_you_mean(*word, parameter.choices, "") : "");
    return std::nullopt;
  }
  // An integer is allowed for a parameter of type number.
  const auto* integer = std::get_if<std::int64_t>(&*value);
  if (integer && parameter.type == ValueType::number) return static_cast<double>(*integer);
  return value;
}

std::optional<KindSpec> read_layer(const Node& node, const KindTable& kinds, const std::string& path,
                                   Problems& problems) {
  const Table* table = node.table();
  if (!table) {
    problems.add(node.place, node.text,
                 path + " must be a table such as { dense = 128, activation = \"relu\" }");
    return std::nullopt;
  }
  for (const Entry& entry : *table)
    if (const KindInfo* kind = find_kind(kinds, entry.key))
      return read_parameters(*table, *kind, entry.key, node.place, path, problems);
  add_unknown_kind(node, kinds, path, problems);
  return std::nullopt;
}

std::optional<KindSpec> read_optimizer(const Node& node, const KindTable& kinds, const std::string& path,
                                       Problems& problems) {
  const Table* table = node.table();
  if (!table || table->size() != 1 || !table->front().value.table()) {
    problems.add(node.place, node.text,
                 path + " must be one kind and its settings: { sgd = { learning_rate = 0.1 } }");
    return std::nullopt;
  }
  const Entry& entry = table->front();
  const KindInfo* kind = find_kind(kinds, entry.key);
  if (!kind) {
    add_unknown_kind(node, kinds, path, problems);
    return std::nullopt;
  }
  return read_parameters(*entry.value.table(), *kind, "", entry.place, path + '.' + entry.key, problems);
}

}  // namespace trainyard
