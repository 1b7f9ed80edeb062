// Tests that trainyard-api(7) names every route with all its parameters and its role, and no other route.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "daemon/api/routes.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

struct Entry {
  std::string role = "owner";
  std::set<std::string> parameters;
  bool operator==(const Entry&) const = default;
};
void PrintTo(const Entry& entry, std::ostream* out) {
  *out << entry.role << ' ' << ::testing::PrintToString(entry.parameters);
}

// "## GET /v1/runs" begins a route, "Role: admin." names its role, "*?state* = _names_" names a parameter.
std::map<std::string, Entry> routes_of_the_manual() {
  std::map<std::string, Entry> found;
  std::string route;
  const std::regex parameter(R"(\*\?(\w+)\*)");
  for (const std::string& line :
       split(read_file(std::string(TRAINYARD_SOURCE_ROOT) + "/man/trainyard-api.7.scd"), '\n')) {
    if (line.starts_with("# ")) route.clear();
    if (line.starts_with("## ")) found[route = line.substr(3)];
    if (line.starts_with("Role: ")) found[route].role = line.substr(6, line.size() - 7);
    for (std::sregex_iterator at(line.begin(), line.end(), parameter), end; at != end; ++at)
      found[route].parameters.insert((*at)[1]);
  }
  return found;
}

std::map<std::string, Entry> routes_of_the_daemon() {
  std::map<std::string, Entry> known;
  for (const Route& route : routes()) {
    Entry& entry = known[std::string(route.method) + " " + std::string(route.pattern)];
    entry.role = to_string(route.role);
    for (const std::string& name : split(route.query, ' '))
      if (!name.empty()) entry.parameters.insert(name);
  }
  return known;
}

TEST(Manual, NamesTheRoutesTheirParametersAndRoles) {
  EXPECT_EQ(routes_of_the_manual(), routes_of_the_daemon());
}

TEST(RouteTable, SaysWhatEachIsFor) {
  for (const Route& route : routes()) EXPECT_FALSE(route.doc.empty()) << route.pattern;
}

}  // namespace
}  // namespace trainyard
