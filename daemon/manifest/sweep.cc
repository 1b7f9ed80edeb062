#include "daemon/manifest/sweep.h"

#include <algorithm>

#include "daemon/base/text.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/placeholders.h"
#include "kernels/spec/layer.h"
#include "kernels/spec/training.h"

namespace trainyard {
namespace {

constexpr std::size_t most_variables = 32;

void add_parameters(std::vector<std::string>& paths, const std::string& prefix, const KindInfo& kind) {
  for (const ParameterInfo& parameter : kind.parameters)
    paths.push_back(prefix + (parameter.name == std::string(kind.principal) ? kind.name : parameter.name));
}

// Returns the kind of layer or optimizer that one of the table's keys names: dense for { dense = 128 };
// nullptr if no key does.
const KindInfo* kind_chosen(const Node& node, const KindTable& kinds) {
  for (const Entry& entry : node.table() ? *node.table() : Table{})
    if (const KindInfo* kind = find_kind(kinds, entry.key)) return kind;
  return nullptr;
}

// Returns the paths, below train, of all keys that this [train] can hold: "epochs", "optimizer.sgd.momentum",
// "layers.1.activation".
std::vector<std::string> paths_in_train(const Table& train) {
  std::vector<std::string> paths = {device_parameter().name, "layers", "optimizer"};
  for (const ParameterInfo& parameter : training_parameters()) paths.push_back(parameter.name);

  const Node* optimizer = find(train, "optimizer");
  const KindInfo* kind = optimizer ? kind_chosen(*optimizer, optimizer_kinds()) : &optimizer_kinds().front();
  if (kind) add_parameters(paths, std::string("optimizer.") + kind->name + '.', *kind);

  const Node* layers = find(train, "layers");
  if (!layers || !layers->list()) return paths;
  for (std::size_t i = 0; i < layers->list()->size(); ++i)
    if (const KindInfo* layer = kind_chosen((*layers->list())[i], layer_kinds()))
      add_parameters(paths, "layers." + std::to_string(i + 1) + '.', *layer);
  return paths;
}

bool names_path(const std::string& name, const std::string& path) {
  if (name == path || (name.starts_with("train.") && std::string_view(name).substr(6) == path)) return true;
  return path.ends_with(name) && path.size() > name.size() && path[path.size() - name.size() - 1] == '.';
}

// Returns the node at this path, and makes the tables of the path that are missing. Returns nullptr if a
// value on the path is neither a table nor a list with the numbered item.
Node* reach(Node& root, const std::vector<std::string>& path) {
  Node* node = &root;
  for (const std::string& part : path) {
    if (auto* list = std::get_if<List>(&node->value)) {
      const auto place = whole_number<std::size_t>(part, 1, list->size());
      if (!place) return nullptr;
      node = &(*list)[*place - 1];
    } else if (auto* table = std::get_if<Table>(&node->value)) {
      if (!find(*table, part)) table->push_back({part, node->place, {node->place, "", Table{}}});
      node = find(*table, part);
    } else {
      return nullptr;
    }
  }
  return node;
}

// Filling: puts swept values into the texts of one run's [command]. Its functions return false if `room` has
// too few bytes for the result.
class Filling {
 public:
  Filling(const std::map<std::string, std::string>& values, Room& room) : values_(values), room_(room) {}

  bool fill_command(Table& command) {
    if (!fill(find(command, "run"), true) || !fill(find(command, "setup"), true)) return false;
    Node* environment = find(command, "environment");
    auto* variables = environment ? std::get_if<Table>(&environment->value) : nullptr;
    return !variables || std::all_of(variables->begin(), variables->end(),
                                     [this](Entry& variable) { return fill(&variable.value, false); });
  }

 private:
  bool fill(Node* node, bool for_shell) {
    auto* text = node ? std::get_if<std::string>(&node->value) : nullptr;
    if (!text) return true;
    std::optional<std::string> filled = fill_placeholders(*text, values_, for_shell, room_.bytes());
    if (!filled || !room_.take(filled->size())) return false;
    *text = std::move(*filled);
    return true;
  }

  const std::map<std::string, std::string>& values_;
  Room& room_;
};

bool uses(const Node* node, const std::string& name) {
  if (!node) return false;
  if (const std::string* text = node->string()) return has_placeholder(*text, name);
  if (!node->table()) return false;
  return std::any_of(node->table()->begin(), node->table()->end(),
                     [&](const Entry& entry) { return uses(&entry.value, name); });
}

Node without_sweep(Node manifest) {
  std::erase_if(std::get<Table>(manifest.value), [](const Entry& entry) { return entry.key == "sweep"; });
  return manifest;
}

}  // namespace

Sweep::Sweep(const Node& manifest, Fields& root)
    : manifest_(without_sweep(manifest)), footprint_(footprint(manifest_)) {
  const std::size_t problems_before = root.problems().count();
  if (!root.table("sweep")) return;
  const Node& sweep = *root.find("sweep");
  for (const Entry& entry : *sweep.table())
    if (!root.problems().full()) add_variable(entry.key, entry.place, entry.value, root.problems());
  count_runs(sweep.place, root.problems());
  if (root.problems().count() > problems_before) {
    variables_.clear();
    runs_ = 1;
  }
}

void Sweep::add_variable(const std::string& name, Place place, const Node& value, Problems& problems) {
  // TOML reads train.epochs = [1, 2] in [sweep] as a table `train` with the key `epochs`; the user means the
  // one name "train.epochs".
  if (const Table* parts = value.table()) {
    for (const Entry& part : *parts)
      if (!problems.full()) add_variable(name + '.' + part.key, place, part.value, problems);
    return;
  }
  const List* values = value.list();
  if (!values || values->empty()) {
    problems.add(value.place, value.text, "sweep." + name + " must be a list of values to try",
                 "[0.1, 0.01]");
    return;
  }
  if (variables_.size() == most_variables) {
    problems.add(place, excerpt(name),
                 "is one name more than the " + std::to_string(most_variables) + " that a sweep may have");
    return;
  }
  Variable variable{name, place, values, {}};
  const Node* train = find(*manifest_.table(), "train");
  const Node* command = find(*manifest_.table(), "command");
  if (train && train->table()) find_in_train(variable, *train->table(), problems);
  if (!train && command && command->table()) find_in_command(variable, *command->table(), problems);
  variables_.push_back(std::move(variable));
}

void Sweep::find_in_train(Variable& variable, const Table& train, Problems& problems) const {
  std::vector<std::string> meant, last_parts;
  for (const std::string& path : paths_in_train(train)) {
    last_parts.push_back(path.substr(path.rfind('.') + 1));
    if (names_path(variable.name, path)) meant.push_back(path);
  }
  auto note = [&](const std::string& message, const std::string& hint) {
    problems.add(variable.place, excerpt(variable.name), message, hint);
  };
  if (meant.empty()) {
    std::string near = nearest(variable.name, last_parts);
    return note("names no key of [train]", near.empty() ? "" : "did you mean " + near + '?');
  }
  if (meant.size() > 1) return note("names several keys of [train]", "write one of " + join(meant, ", "));
  variable.path = split("train." + meant.front(), '.');
  for (const Variable& other : variables_)
    if (other.path == variable.path) note("names the same key as " + other.name, "");
}

void Sweep::find_in_command(const Variable& variable, const Table& command, Problems& problems) const {
  auto note = [&](const std::string& message, const std::string& hint) {
    problems.add(variable.place, excerpt(variable.name), message, hint);
  };
  if (auto wrong = problem_with_variable(variable.name)) return note("in [sweep] " + *wrong, "");
  if (!uses(find(command, "run"), variable.name) && !uses(find(command, "setup"), variable.name) &&
      !uses(find(command, "environment"), variable.name))
    note("is used nowhere in [command]", "write {" + variable.name + "} where its value belongs");
  for (const Node& value : *variable.values)
    if (!is_speakable(value))
      problems.add(value.place, value.text,
                   "sweep." + variable.name + " must hold numbers, texts of one line, true or false");
}

void Sweep::count_runs(Place place, Problems& problems) {
  runs_ = 1;
  for (const Variable& variable : variables_) {
    runs_ *= variable.values->size();
    if (runs_ > most_runs) {
      problems.add(place, "[sweep]", "makes more than " + std::to_string(most_runs) + " runs",
                   "sweep over fewer values");
      return;
    }
  }
  if (!Room().holds(runs_, footprint_))
    problems.add(place, "[sweep]", std::to_string(runs_) + " runs of a manifest this long are too much",
                 "sweep over fewer values");
}

const Node& Sweep::value_of(std::size_t variable, std::size_t run) const {
  for (std::size_t faster = variables_.size() - 1; faster > variable; --faster)
    run /= variables_[faster].values->size();
  const List& values = *variables_[variable].values;
  return values[run % values.size()];
}

std::optional<Node> Sweep::manifest_of(std::size_t run, Room& room) const {
  if (!room.take(footprint_)) return std::nullopt;
  Node manifest = manifest_;
  std::map<std::string, std::string> placeholders;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const Node& value = value_of(i, run);
    if (variables_[i].path.empty())
      placeholders[variables_[i].name] = spoken_value(value);
    else if (Node* target = reach(manifest, variables_[i].path))
      *target = value;
  }
  Node* command = find(std::get<Table>(manifest.value), "command");
  if (command && command->table() && !placeholders.empty() &&
      !Filling(placeholders, room).fill_command(std::get<Table>(command->value)))
    return std::nullopt;
  return manifest;
}

std::map<std::string, std::string> Sweep::values_of(std::size_t run) const {
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const Node& value = value_of(i, run);
    std::string spoken = spoken_value(value);
    values[variables_[i].name] = spoken.empty() ? value.text : spoken;
  }
  return values;
}

}  // namespace trainyard
