// Tests that the reader accepts the manual's examples and the manifests in jobspecs/, and that the manual
// names exactly the keys that the reader accepts, with their types and defaults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "plugins/formats/table/format_table.h"
#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using testing::IsEmpty;

const std::string source_root = TRAINYARD_SOURCE_ROOT;

std::string manual() { return read_file(source_root + "/man/trainyard-manifest.5.scd"); }

// Returns the blocks of text between a line `opening` and a line "```".
std::vector<std::string> examples(const std::string& page, const std::string& opening = "```") {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string& line : split(page, '\n')) {
    if (line == (inside ? "```" : opening)) {
      inside = !inside;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

std::string key_line(const ManifestKey& key) {
  return '*' + key.path + "* = _" + key.type + '_' +
         (key.default_text.empty() ? "" : ", default " + key.default_text);
}

TEST(TheManual, HasExamplesThatAreRight) {
  std::vector<std::string> blocks = examples(manual());
  EXPECT_EQ(blocks.size(), 3U);
  for (const std::string& block : blocks) EXPECT_THAT(messages_of(block), IsEmpty()) << block;
}

TEST(TheManual, NamesEveryKeyWithItsTypeAndDefaultAndNoOther) {
  std::set<std::string> written, known;
  for (const std::string& line : split(manual(), '\n'))
    if (line.starts_with('*') && line.find("* = _") != std::string::npos) written.insert(line);
  for (const ManifestKey& key : manifest_keys()) known.insert(key_line(key));
  EXPECT_EQ(written, known);
}

// Returns the paragraph of a page that begins with this term: the lines up to the next empty one.
std::string paragraph(const std::string& page, const std::string& term) {
  const std::size_t begin = page.find("\n*" + term + "*");
  if (begin == std::string::npos) return "";
  return page.substr(begin, page.find("\n\n", begin) - begin);
}

TEST(TheManual, ExplainsEveryFormatAndItsKeys) {
  const std::map<std::string, std::string> explained_with = {
      {"tsv", "csv"}, {"cifar10", "cifar10"}, {"cifar100", "cifar10"}};
  for (const FormatInfo& format : formats()) {
    const auto with = explained_with.find(format.name);
    const std::string text = paragraph(manual(), with == explained_with.end() ? format.name : with->second);
    EXPECT_NE(text.find("*" + std::string(format.name) + "*"), std::string::npos) << format.name;
    for (const FormatKey& key : format.keys)
      EXPECT_NE(text.find("*" + std::string(key.name) + "*"), std::string::npos)
          << format.name << ' ' << key.name;
  }
}

// The reader stores files and other values in different places of the manifest.
TEST(TheFormats, HaveOnlyLabelsAsFiles) {
  for (const FormatInfo& format : formats())
    for (const FormatKey& key : format.keys) {
      const std::string name = key.name;
      EXPECT_TRUE(key.type != FormatKeyType::file || name == "label" || name == "test_label") << format.name;
    }
}

TEST(TheReadme, HasAManifestThatIsRight) {
  std::vector<std::string> blocks = examples(read_file(source_root + "/README.md"), "```toml");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_THAT(messages_of(blocks[0]), IsEmpty());
}

TEST(TheJobspecs, AreRight) {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(source_root + "/jobspecs")) {
    if (file.path().extension() != ".toml") continue;
    names.insert(file.path().filename());
    EXPECT_THAT(messages_of(read_file(file.path())), IsEmpty()) << file.path();
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"command_mpi.toml", "command_single.toml", "digits_mlp.toml",
                                            "digits_sweep.toml"}));
}

TEST(TheJobspecs, SweepOverSixRuns) {
  EXPECT_EQ(read_manifest(read_file(source_root + "/jobspecs/digits_sweep.toml"), "digits_sweep.toml").size(),
            6U);
}

TEST(TheJobspecs, NameTheirCodeBesideThem) {
  for (const char* name : {"command_mpi.toml", "command_single.toml"}) {
    Manifest manifest = read_manifest(read_file(source_root + "/jobspecs/" + name), name).at(0);
    const auto& command = std::get<CommandSpec>(manifest.program);
    EXPECT_TRUE(std::filesystem::is_directory(source_root + "/jobspecs/" + command.code)) << name;
  }
}

// scripts/demo replaces these URLs by sed, which needs them in this form.
TEST(TheJobspecs, HaveTheirUrlsOnLinesOfTheirOwn) {
  std::string text = read_file(source_root + "/jobspecs/digits_mlp.toml");
  EXPECT_NE(text.find("\nsource = \"file:///srv/buckets/digits/digits.csv.gz\""), std::string::npos);
  EXPECT_NE(text.find("\ntarget = \"file:///srv/buckets/results/\""), std::string::npos);
}

}  // namespace
}  // namespace trainyard
