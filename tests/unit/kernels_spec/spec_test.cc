#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "kernels/spec/training.h"

namespace trainyard {
namespace {

std::string complaint_about(const Json& training) {
  try {
    training_from_json(training);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    return e.what();
  }
  return "";
}

TEST(Layers, AreReadAsTheManifestWritesThem) {
  LayerSpec layer = layer_from_json({{"dense", 128}, {"activation", "relu"}});
  EXPECT_EQ(layer.kind, "dense");
  EXPECT_EQ(layer.integer("units"), 128);
  EXPECT_EQ(layer.choice("activation"), "relu");
}

TEST(Layers, HaveNoActivationUnlessOneIsNamed) {
  EXPECT_EQ(layer_from_json({{"dense", 10}}).choice("activation"), "none");
}

TEST(Layers, SurviveAJourneyThroughJson) {
  LayerSpec layer = layer_from_json({{"dense", 3}, {"activation", "tanh"}});
  EXPECT_EQ(layer_from_json(layer_to_json(layer)), layer);
}

TEST(Layers, SayWhatIsWrongWithThem) {
  EXPECT_THROW(layer_from_json({{"dense", 0}}), Error);
  EXPECT_THROW(layer_from_json({{"dense", 10.5}}), Error);
  EXPECT_THROW(layer_from_json({{"dense", 10}, {"activation", "gelu"}}), Error);
  EXPECT_THROW(layer_from_json({{"dens", 10}}), Error);
}

TEST(Network, PassesShapesFromLayerToLayer) {
  NetworkSize size =
      network_size({layer_from_json({{"dense", 128}}), layer_from_json({{"dense", 10}})}, {1, 8, 8});
  EXPECT_EQ(size.shapes, (std::vector<Shape>{{1, 8, 8}, {128}, {10}}));
  EXPECT_EQ(size.parameters, (std::vector<std::int64_t>{65 * 128, 129 * 10}));
  EXPECT_EQ(size.total_parameters, 65 * 128 + 129 * 10);
}

TEST(Network, NeedsMemoryForWeightsGradientsStatesAndActivations) {
  NetworkSize size = network_size({layer_from_json({{"dense", 2}})}, {3});
  EXPECT_EQ(memory_estimate_bytes(size, 1, 4), 4 * (8 * 3 + 2 * (3 + 2) * 4));
}

TEST(Optimizer, TakesItsDefaultsFromTheTable) {
  OptimizerSpec adam = optimizer_from_json({{"adam", Json::object()}});
  EXPECT_DOUBLE_EQ(adam.number("learning_rate"), 0.001);
  EXPECT_DOUBLE_EQ(adam.number("beta2"), 0.999);
  EXPECT_EQ(optimizer_states(adam), 2);
}

TEST(Optimizer, TakesAnIntegerWhereANumberIsWanted) {
  EXPECT_DOUBLE_EQ(optimizer_from_json({{"sgd", {{"learning_rate", 1}}}}).number("learning_rate"), 1.0);
}

TEST(Training, SurvivesAJourneyThroughJson) {
  TrainingSpec training = training_from_json({{"epochs", 3}, {"optimizer", {{"adam", Json::object()}}}});
  EXPECT_EQ(training_from_json(training_to_json(training)), training);
  EXPECT_EQ(training.epochs, 3);
}

TEST(Training, OfNoSettingsIsTheDefaultOfTheTable) {
  EXPECT_EQ(training_from_json(Json::object()), TrainingSpec());
}

TEST(Training, NamesTheKeyThatIsWrong) {
  EXPECT_NE(complaint_about({{"epoch", 3}}).find("epoch"), std::string::npos);
  EXPECT_NE(complaint_about({{"epochs", 0}}).find("epochs must be from 1"), std::string::npos);
  EXPECT_NE(complaint_about({{"loss", "hinge"}}).find("cross_entropy"), std::string::npos);
  EXPECT_NE(complaint_about({{"optimizer", {{"sgd", {{"lr", 1}}}}}}).find("lr"), std::string::npos);
}

TEST(Network, SaysHowManyUnitsTheLastLayerNeeds) {
  try {
    check_against_data({layer_from_json({{"dense", 9}})}, Loss::cross_entropy, {64}, 10, 0);
    FAIL() << "nine units for ten classes passed";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("{ dense = 10 }"), std::string::npos);
  }
}

TEST(Tables, GiveEveryParameterAMeaningAndADefaultThatIsAllowed) {
  for (const KindTable* table : {&layer_kinds(), &optimizer_kinds()})
    for (const KindInfo& kind : *table)
      for (const ParameterInfo& parameter : kind.parameters) {
        EXPECT_STRNE(parameter.meaning, "") << parameter.name;
        if (!parameter.otherwise) continue;
        EXPECT_EQ(problem_with(parameter, *parameter.otherwise), std::nullopt) << parameter.name;
      }
}

}  // namespace
}  // namespace trainyard
