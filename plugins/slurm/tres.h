// SPDX-License-Identifier: GPL-2.0-or-later
// TRES strings, Slurm's way to write amounts: "cpu=4,mem=400M,node=2,gres/gpu=2,gres/gpu:k40=2". Pure.
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

// The generic entry and the typed ones name the same GPUs, so they count once: the generic one where there
// is one, else the sum of the typed. A TRES amount is already the job's total: nodes do not multiply it.
Gpus gpus_in(std::string_view tres);

// The same from slurmctld's other account of it, "gpu:k40:2,mps:100", which it keeps whether
// AccountingStorageTRES names GPUs or not. Totals of the job, too.
Gpus gpus_in_gres(std::string_view gres_total);

// slurmdbd writes ids for names, "1=4,1001=2". `names` says what they mean; an unknown id stays a number.
std::string with_names(std::string_view tres, const std::map<std::uint32_t, std::string>& names);

}  // namespace trainyard::slurm
