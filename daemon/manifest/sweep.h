// Sweep: one text, many runs. Each run's text is the manifest's with the swept values put where they belong,
// so that everything else reads it as if a person had written it out, and problems with a value point into
// [sweep].
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
  // `manifest` is read again by each call, and must live as long. Reads [sweep] of it, where there is one,
  // and finds the place of each name: a key of [train] (its last parts or its whole path, as long as only one
  // key is meant), or {name} in the texts of [command].
  Sweep(const Node& manifest, Fields& root);

  // The product of the lists; 1 without [sweep], or when something is wrong with it.
  std::size_t runs() const { return runs_; }

  // The manifest of one run, without [sweep]. The last list runs fastest. Nothing when `room` does not hold
  // it; else what it takes is gone from there.
  std::optional<Node> manifest_of(std::size_t run, Room& room) const;

  // What distinguishes the run, for people: {"learning_rate": "0.1"}.
  std::map<std::string, std::string> values_of(std::size_t run) const;

 private:
  struct Variable {
    std::string name;  // as written in [sweep]
    Place place;
    const List* values;
    std::vector<std::string>
        path;  // into the manifest: {"train", "optimizer", "sgd", "learning_rate"}; empty: {name}
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
