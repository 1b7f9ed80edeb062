// Tests that the manual pages list the settings, parameters and names that the code's tables list.
#include <gtest/gtest.h>

#include "daemon/base/fd.h"
#include "kernels/exit_codes.h"
#include "kernels/scratch_file.h"
#include "kernels/settings.h"

namespace trainyard {
namespace {

std::string page(const std::string& name) { return read_file(std::string(TRAINYARD_MAN) + "/" + name); }

// Returns true if the page defines `name`, in bold at the beginning of a line.
bool defines(const std::string& page, const std::string& name) {
  return page.find("\n*" + name + "*") != std::string::npos;
}

TEST(TrainManual, DefinesEverySetting) {
  const std::string manual = page("trainyard-train.1.scd");
  for (const SettingsKey& key : settings_keys()) EXPECT_TRUE(defines(manual, key.name)) << key.name;
  for (const ParameterInfo& parameter : training_parameters())
    EXPECT_TRUE(defines(manual, parameter.name)) << parameter.name;
}

TEST(TrainManual, DefinesEveryLayerAndOptimizerWithItsParameters) {
  const std::string manual = page("trainyard-train.1.scd");
  for (const KindTable* table : {&layer_kinds(), &optimizer_kinds()})
    for (const KindInfo& kind : *table) {
      EXPECT_TRUE(defines(manual, kind.name)) << kind.name;
      for (const ParameterInfo& parameter : kind.parameters)
        EXPECT_NE(manual.find(std::string("*") + parameter.name + "*"), std::string::npos) << parameter.name;
    }
}

TEST(TrainManual, DefinesEveryExitCode) {
  const std::string manual = page("trainyard-train.1.scd");
  for (int code : {exit_done, exit_bad_input, exit_numeric, exit_communication, exit_try_again})
    EXPECT_TRUE(defines(manual, std::to_string(code))) << code;
}

TEST(ScratchManual, DefinesEveryNameInTheFile) {
  namespace names = scratch_names;
  const std::string manual = page("trainyard-scratch.5.scd");
  for (const char* name : {names::train_samples, names::train_labels, names::test_samples, names::test_labels,
                           names::format_version, names::scale, names::classes, names::class_names, names::created_by,
                           names::sources, names::digests})
    EXPECT_TRUE(defines(manual, name)) << name;
  EXPECT_NE(manual.find("This page describes version " + std::to_string(names::version) + "."),
            std::string::npos);
}

}  // namespace
}  // namespace trainyard
