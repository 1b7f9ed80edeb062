// SPDX-License-Identifier: GPL-2.0-or-later
// Parses TRES strings, in which Slurm writes amounts of resources:
// "cpu=4,mem=400M,node=2,gres/gpu=2,gres/gpu:k40=2". Pure functions.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace trainyard::slurm {

inline constexpr std::string_view generic_gpu = "gres/gpu";

struct Gpus {
  int count = 0;     // all nodes together
  std::string type;  // "k40"; "k40,k80" when several are allocated; empty when untyped
};

// Returns the GPUs in a TRES string. The generic entry and the typed ones name the same GPUs, so each GPU
// counts once: the generic amount is used if there is one, else the sum of the typed amounts. A TRES amount
// is already the job's total, not per node.
Gpus gpus_in(std::string_view tres);

// Returns the GPUs in a GRES string of slurmctld, "gpu:k40:2,mps:100". slurmctld keeps this string whether
// AccountingStorageTRES names GPUs or not. Its amounts are totals of the job, too.
Gpus gpus_in_gres(std::string_view gres_total);

// Replaces ids by names in a TRES string of slurmdbd, "1=4,1001=2". An id that `names` does not have stays a
// number.
std::string with_names(std::string_view tres, const std::map<std::uint32_t, std::string>& names);

}  // namespace trainyard::slurm
