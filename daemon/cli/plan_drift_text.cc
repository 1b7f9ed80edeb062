#include "daemon/cli/plan_drift_text.h"
#include "daemon/base/printable.h"

#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string or_dash(const std::string& text) { return text.empty() ? "-" : printable(text); }

}  // namespace

std::string plan_drift_text(const Json& drift, bool applied) {
  if (drift.empty()) return "Slurm says what the plans say\n";
  TextTable table(
      {{"WHAT"}, {"ATTRIBUTE"}, {applied ? "WAS" : "IS"}, {"SHOULD BE"}, {applied ? "DONE" : "BY APPLY"}});
  std::string left;
  int for_apply = 0;
  for (const Json& row : drift) {
    std::string remedy = get<std::string>(row, "remedy");
    table.add({printable(get<std::string>(row, "object")), or_dash(get<std::string>(row, "attribute")),
               or_dash(get<std::string>(row, "is")), or_dash(get<std::string>(row, "should_be")),
               remedy.empty() ? "yes" : "no"});
    for_apply += remedy.empty() ? 1 : 0;
    if (!remedy.empty())
      left += "  " + printable(get<std::string>(row, "object")) + ": " + printable(remedy) + '\n';
  }
  std::string text = table.text();
  if (!applied && for_apply > 0)
    text += "\ntrainyard admin plan apply sets " + count_of(for_apply, "difference") + '\n';
  if (!left.empty()) text += "\nleft to you:\n" + left;
  return text;
}

}  // namespace trainyard
