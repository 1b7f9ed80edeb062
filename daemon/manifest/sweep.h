// Sweep: makes the manifests of many runs from one text with a [sweep] table. The manifest of a run is the
// text's Node with the run's values in the swept keys and placeholders. It is parsed as if a user had written
// it, and problems with a swept value have the line of the value in [sweep].
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/manifest/expansion.h"
#include "daemon/manifest/fields.h"

namespace trainyard {

class Sweep {
 public:
  // Reads [sweep], if there is one, and finds what each swept name stands for: a key of [train] (named by its
  // last parts or its whole path, if only one key matches), or {name} in the texts of [command]. Keeps
  // pointers into `manifest`, which must outlive this object.
  Sweep(const Node& manifest, Fields& root);

  // Returns the number of runs: the product of the lists' sizes; 1 without [sweep], or if [sweep] has a
  // problem.
  std::size_t runs() const { return runs_; }

  // Returns the manifest of run number `run` (from 0), without [sweep]; the last list of [sweep] varies
  // fastest. Subtracts the manifest's size from the bytes that are left in `room`; returns nullopt if fewer
  // are left.
  std::optional<Node> manifest_of(std::size_t run, Room& room) const;

  // Returns the run's swept values, for people: {"learning_rate": "0.1"}.
  std::map<std::string, std::string> values_of(std::size_t run) const;

 private:
  struct Variable {
    std::string name;  // as written in [sweep]
    Place place;
    const List* values;
    std::vector<std::string> path;  // the swept key: {"train", "epochs"}; empty: a {name} in [command]
  };

  void add_variable(const std::string& name, Place place, const Node& value, Problems& problems);
  void find_in_train(Variable& variable, const Table& train, Problems& problems) const;
  void find_in_command(const Variable& variable, const Table& command, Problems& problems) const;
  void count_runs(Place place, Problems& problems);
  const Node& value_of(std::size_t variable, std::size_t run) const;

  Node manifest_;  // without [sweep]
  std::size_t footprint_;
  std::vector<Variable> variables_;
  std::size_t runs_ = 1;
};

}  // namespace trainyard
