// trainyard-api(7) names every route with all its parameters, and no other.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "daemon/api/routes.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

using Parameters = std::set<std::string>;

// "## GET /v1/runs" begins a route, "*?state* = _names_" names a parameter of it.
std::map<std::string, Parameters> routes_of_the_manual() {
  std::map<std::string, Parameters> found;
  std::string route;
  const std::regex parameter(R"(\*\?(\w+)\*)");
  for (const std::string& line :
       split(read_file(std::string(TRAINYARD_SOURCE_ROOT) + "/man/trainyard-api.7.scd"), '\n')) {
    if (line.starts_with("# ")) route.clear();
    if (line.starts_with("## ")) found[route = line.substr(3)];
    for (std::sregex_iterator at(line.begin(), line.end(), parameter), end; at != end; ++at)
      found[route].insert((*at)[1]);
  }
  return found;
}

std::map<std::string, Parameters> routes_of_the_daemon() {
  std::map<std::string, Parameters> known;
  for (const Route& route : routes()) {
    Parameters& parameters = known[std::string(route.method) + " " + std::string(route.pattern)];
    for (const std::string& name : split(route.query, ' '))
      if (!name.empty()) parameters.insert(name);
  }
  return known;
}

TEST(Manual, NamesTheRoutesAndTheirParameters) { EXPECT_EQ(routes_of_the_manual(), routes_of_the_daemon()); }

TEST(RouteTable, SaysWhatEachIsFor) {
  for (const Route& route : routes()) EXPECT_FALSE(route.doc.empty()) << route.pattern;
}

}  // namespace
}  // namespace trainyard
