// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/tres.h"

#include <optional>
#include <vector>

#include "daemon/base/text.h"

namespace trainyard::slurm {
namespace {

constexpr std::string_view typed_gpu = "gres/gpu:";

struct Amount {
  std::string_view name;
  std::string_view count;
};

// Parses "name=count"; nullopt for any other text.
std::optional<Amount> parse_amount(std::string_view entry) {
  std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return Amount{entry.substr(0, equals), entry.substr(equals + 1)};
}

}  // namespace

Gpus gpus_in(std::string_view tres) {
  std::optional<int> generic;
  int typed = 0;
  std::vector<std::string> types;
  for (const std::string& entry : split(tres, ',')) {
    std::optional<Amount> amount = parse_amount(entry);
    if (!amount) continue;
    int count = whole_number<int>(amount->count).value_or(0);
    if (amount->name == generic_gpu) generic = count;
    if (!amount->name.starts_with(typed_gpu) || count == 0) continue;
    typed += count;
    types.emplace_back(amount->name.substr(typed_gpu.size()));
  }
  return {generic.value_or(typed), join(types, ",")};
}

Gpus gpus_in_gres(std::string_view gres_total) {
  int total = 0;
  std::vector<std::string> types;
  for (const std::string& entry : split(gres_total, ',')) {
    std::vector<std::string> parts = split(entry, ':');
    if (parts.size() < 2 || parts.front() != "gpu") continue;
    total += whole_number<int>(parts.back()).value_or(0);
    if (parts.size() == 3) types.push_back(parts[1]);
  }
  return {total, join(types, ",")};
}

std::string with_names(std::string_view tres, const std::map<std::uint32_t, std::string>& names) {
  std::vector<std::string> entries = split(tres, ',');
  for (std::string& entry : entries) {
    std::optional<Amount> amount = parse_amount(entry);
    if (!amount) continue;
    std::optional<std::uint32_t> id = whole_number<std::uint32_t>(amount->name);
    auto name = id ? names.find(*id) : names.end();
    if (name != names.end()) entry = name->second + "=" + std::string(amount->count);
  }
  return join(entries, ",");
}

}  // namespace trainyard::slurm
