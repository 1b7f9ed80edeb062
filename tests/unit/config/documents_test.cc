// Tests that the manual's example and trainyard.toml.example are valid, and that the manual names exactly the
// keys that are read, with their types and defaults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/config.h"

namespace trainyard {
namespace {

const std::string source_root = TRAINYARD_SOURCE_ROOT;

std::vector<std::string> manual() {
  return split(read_file(source_root + "/man/trainyard.toml.5.scd"), '\n');
}

// Returns the text between lines "```".
std::string examples_in_manual() {
  std::string text;
  bool inside = false;
  for (const std::string& line : manual()) {
    if (line == "```")
      inside = !inside;
    else if (inside)
      text += line + '\n';
  }
  return text;
}

// Returns the example with all settings that are comments turned on: removes the first "# " of a line such as
// "# gpus = 16    # why".
std::string with_every_setting(const std::string& example) {
  std::string text;
  for (const std::string& line : split(example, '\n')) {
    bool setting = line.starts_with("# [") || (line.starts_with("# ") && line.find(" = ") != line.npos);
    text += (setting ? line.substr(2) : line) + '\n';
  }
  return text;
}

std::string key_line(const KeyInfo& key) {
  return '*' + key.path + "* = _" + key.type + '_' +
         (key.default_text.empty() ? "" : ", default " + key.default_text);
}

TEST(TheManual, HasAnExampleThatIsRight) {
  Config config = read_config(examples_in_manual(), "trainyard.toml(5)");
  EXPECT_TRUE(config.plans.at("free").is_default);
}

TEST(TheManual, NamesEveryKeyWithItsTypeAndDefaultAndNoOther) {
  std::set<std::string> written, known;
  for (const std::string& line : manual())
    if (line.starts_with('*') && line.find("* = _") != std::string::npos) written.insert(line);
  for (const KeyInfo& key : config_keys()) known.insert(key_line(key));
  EXPECT_EQ(written, known);
}

TEST(TheExample, IsRightAsItStands) {
  Config config = read_config(read_file(source_root + "/scripts/trainyard.toml.example"), "example");
  EXPECT_EQ(config.scratch, Config{}.scratch);
}

TEST(TheExample, IsRightWithEverySettingAndHasThemAll) {
  std::string example = with_every_setting(read_file(source_root + "/scripts/trainyard.toml.example"));
  EXPECT_EQ(read_config(example, "example").plans.count("vision"), 1U);
  for (const KeyInfo& key : config_keys()) {
    std::string name = key.path.substr(key.path.rfind('.') + 1);
    EXPECT_NE(example.find('\n' + name + " = "), std::string::npos) << key.path;
  }
}

}  // namespace
}  // namespace trainyard
