#include "daemon/manifest/read_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/manifest/messages.h"

namespace trainyard {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Manifest read_one(const std::string& text) {
  std::vector<Manifest> runs = read_manifest(text, "m.toml");
  EXPECT_EQ(runs.size(), 1U);
  return runs.at(0);
}

TEST(AManifest, SaysEverythingOfARunOfTheBuiltInTrainer) {
  Manifest manifest = read_one(sketch);
  EXPECT_EQ(manifest.name, "digits-mlp");
  ASSERT_TRUE(manifest.data);
  EXPECT_EQ(manifest.data->source, "file:///srv/buckets/digits/digits.csv.gz");
  EXPECT_EQ(manifest.data->format, "csv");
  EXPECT_EQ(manifest.data->options.dump(), R"({"header":false,"label":64,"shape":[1,8,8]})");
  EXPECT_EQ(manifest.data->scale, 0.0625);
  EXPECT_EQ(manifest.data->test_fraction, 0.2);
  EXPECT_EQ(manifest.results_target, "file:///srv/buckets/results/");
  EXPECT_EQ(manifest.resources.ranks(), 2);
  EXPECT_EQ(manifest.resources.gpus(), 2);
  EXPECT_EQ(manifest.resources.gpu, "k40");
  EXPECT_EQ(manifest.resources.time_limit, seconds{600});
  const auto& train = std::get<TrainSpec>(manifest.program);
  EXPECT_EQ(train.device, "cpu");
  ASSERT_EQ(train.layers.size(), 2U);
  EXPECT_EQ(train.layers[0].integer("units"), 128);
  EXPECT_EQ(train.layers[0].choice("activation"), "relu");
  EXPECT_EQ(train.training.epochs, 20);
  EXPECT_EQ(train.training.batch_size, 64);
  EXPECT_EQ(train.training.optimizer.number("momentum"), 0.9);
}

TEST(AManifest, OfAProgramOfOnesOwnNeedsNoData) {
  Manifest manifest = read_one(own_program);
  EXPECT_FALSE(manifest.data);
  EXPECT_EQ(manifest.results_target, "file:///srv/results/");
  EXPECT_EQ(std::get<CommandSpec>(manifest.program).run, "python3 train.py --lr 0.1");
  EXPECT_EQ(std::get<CommandSpec>(manifest.program).launcher, Launcher::single);
}

TEST(AManifest, WithFiveMistakesGetsAllFiveNamedWithTheirLines) {
  std::string text = replaced(sketch, "gpus_per_node = 1", "gpus_per_nodes = 1");
  text = replaced(text, "gpu = \"k40\"\n", "");
  text = replaced(text, "label = 64", "label = true");
  text = replaced(text, "epochs = 20", "epochs = \"twenty\"");
  text = replaced(text, "\"relu\"", "\"relo\"");
  text = replaced(text, "\"00:10:00\"", "\"ten minutes\"");
  EXPECT_THAT(
      messages_of(text),
      ElementsAre(
          "m.toml:5:9: true: data.label must be a column: its number from 0, or its name",
          "m.toml:13:1: gpus_per_nodes: unknown key; did you mean gpus_per_node?",
          "m.toml:14:14: \"ten minutes\": resources.time_limit must be a duration such as \"00:10:00\" "
          "(hours:minutes:seconds) or \"2-12\" (days-hours)",
          "m.toml:17:39: \"relo\": train.layers.1.activation must be one of none, relu, tanh, not \"relo\"; "
          "did you mean relu?",
          "m.toml:18:10: \"twenty\": train.epochs must be an integer, not \"twenty\""));
}

TEST(AManifest, SaysWhichTableAMisplacedKeyBelongsIn) {
  EXPECT_THAT(messages_of(replaced(sketch, "epochs = 20", "epochs = 20\nnodes = 2")),
              ElementsAre("m.toml:20:1: nodes: unknown key; it belongs in [resources]"));
}

TEST(AManifest, SaysWhichTableWasMeant) {
  EXPECT_THAT(messages_of(replaced(sketch, "[resources]", "[ressources]")),
              ElementsAre("m.toml:11:2: ressources: unknown key; did you mean resources?"));
}

TEST(AManifest, NamesWhatIsMissingAtItsTable) {
  EXPECT_THAT(messages_of(""), ElementsAre(HasSubstr("m.toml: name is missing; what the run is called"),
                                           HasSubstr("m.toml: [results] is missing"),
                                           HasSubstr("m.toml: [train] or [command] is missing")));
  EXPECT_THAT(
      messages_of(
          replaced(sketch, "layers = [{ dense = 128, activation = \"relu\" }, { dense = 10 }]\n", "")),
      ElementsAre("m.toml:16:1: [train]: layers is missing; from the input to the output: [{ dense = 128 }, "
                  "{ dense = 10 }]"));
}

TEST(AManifest, IsEitherTrainOrCommand) {
  EXPECT_THAT(messages_of(sketch + "[command]\nrun = \"true\"\n"),
              ElementsAre("m.toml:23:1: [command]: stands beside [train]: a run is one or the other"));
}

TEST(AManifest, SaysHowToQuoteText) {
  EXPECT_THAT(
      messages_of("name = digits\n"),
      ElementsAre("m.toml:1:8: digits: in this value: could not determine value type; text stands in quotes: "
                  "\"…\""));
}

TEST(AManifest, ThatIsNoTomlSaysWhatMostlyHelps) {
  EXPECT_THAT(messages_of(replaced(sketch, "\"digits-mlp\"", "\"digits-mlp")),
              ElementsAre(HasSubstr("a closing quote is missing on this line")));
  EXPECT_THAT(messages_of(replaced(sketch, "seed = 1\n", "nodes = [")),
              ElementsAre(HasSubstr("something that was opened before is not closed")));
  EXPECT_THAT(
      messages_of(replaced(sketch, "nodes = 2", "nodes = 2\nnodes = 3")),
      ElementsAre(
          "m.toml:13:9: 3: in this key-value pair: cannot redefine existing integer 'nodes'; each key, and "
          "each [table], is written once"));
}

TEST(AManifest, CountsColumnsInBytes) {
  EXPECT_THAT(messages_of(replaced(sketch, "nodes = 2", "\"ä\" = 2")),
              ElementsAre(HasSubstr("m.toml:12:1: ä: unknown key")));
  EXPECT_THAT(
      messages_of(replaced(sketch, "{ dense = 128, activation = \"relu\" }", "{ \"ä\" = 1 }")),
      ElementsAre("m.toml:18:11: { \"ä\" = 1 }: train.layers.1 is of no known kind; known kinds: dense"));
}

// ---- keys that depend on other keys

TEST(ATraining, OnGpusNeedsGpus) {
  std::string text =
      replaced(replaced(sketch, "gpus_per_node = 1\ngpu = \"k40\"\n", ""), "device = \"cpu\"\n", "");
  EXPECT_THAT(messages_of(text),
              ElementsAre("m.toml:14:1: [train]: trains on GPUs, but resources.gpus_per_node is 0; ask for "
                          "GPUs (gpus_per_node = 1), or train on CPUs (device = \"cpu\")"));
}

TEST(ATraining, NeedsASampleForEachRank) {
  EXPECT_THAT(
      messages_of(replaced(sketch, "batch_size = 64", "batch_size = 1")),
      ElementsAre(
          "m.toml:20:14: 1: train.batch_size is 1, but 2 ranks share it; it counts the samples of all ranks "
          "together: 2 or more"));
}

TEST(ATraining, ToTellClassesApartYieldsMoreThanOneNumber) {
  EXPECT_THAT(
      messages_of(replaced(sketch, "{ dense = 10 }", "{ dense = 1 }")),
      ElementsAre(HasSubstr("train.layers end in one number, and loss cross_entropy tells classes apart")));
}

TEST(ATraining, NamesAnUnknownOptimizerAndAnUnknownSetting) {
  EXPECT_THAT(messages_of(replaced(sketch, "sgd =", "sdg =")),
              ElementsAre(HasSubstr("train.optimizer is of no known kind; did you mean sgd?")));
  EXPECT_THAT(messages_of(replaced(sketch, "momentum =", "momentun =")),
              ElementsAre("m.toml:21:44: momentun: unknown key of sgd; did you mean momentum?"));
  EXPECT_THAT(messages_of(replaced(sketch, "optimizer = { sgd = { learning_rate = 0.1, momentum = 0.9 } }",
                                   "optimizer = \"sgd\"")),
              ElementsAre(HasSubstr("must be one kind and its settings: { sgd = { learning_rate = 0.1 } }")));
}

TEST(ATraining, RefusesNumbersOutOfRange) {
  EXPECT_THAT(messages_of(replaced(sketch, "momentum = 0.9", "momentum = 9")),
              ElementsAre("m.toml:21:55: 9: train.optimizer.sgd.momentum must be from 0 to 1, not 9"));
  EXPECT_THAT(messages_of(replaced(sketch, "scale = 0.0625", "scale = inf")),
              ElementsAre(HasSubstr("data.scale must be a number")));
  EXPECT_THAT(messages_of(replaced(sketch, "nodes = 2", "nodes = 0")),
              ElementsAre("m.toml:12:9: 0: resources.nodes must be a whole number from 1 to 10000"));
}

TEST(ACommand, ThatRunsOnceIsOneRankWhateverItsGpus) {
  Manifest manifest = read_one(own_program + "[resources]\ngpus_per_node = 4\n");
  EXPECT_EQ(manifest.resources.ranks(), 1);
  EXPECT_EQ(manifest.resources.gpus(), 4);
}

TEST(ACommand, OnSeveralNodesNeedsALauncher) {
  EXPECT_THAT(messages_of(own_program + "[resources]\nnodes = 2\n"),
              ElementsAre("m.toml:4:1: [command]: command.launcher is single, but 2 ranks are asked for; "
                          "launcher = \"mpi\" or "
                          "\"srun\" starts them"));
  EXPECT_THAT(messages_of(own_program + "launcher = \"srun\"\n[resources]\nnodes = 2\n"), IsEmpty());
}

TEST(ACommand, SetsAnEnvironmentOfItsOwnOnly) {
  Manifest manifest = read_one(own_program + "environment = { OMP_NUM_THREADS = \"4\" }\n");
  EXPECT_EQ(std::get<CommandSpec>(manifest.program).environment.at("OMP_NUM_THREADS"), "4");
  EXPECT_THAT(messages_of(own_program + "environment = { DATA_DIR = \"/x\", \"a b\" = \"1\", N = 4 }\n"),
              ElementsAre(HasSubstr("DATA_DIR: is set by Trainyard or Slurm; choose another name"),
                          HasSubstr("a b: a variable's name must hold letters, digits and '_' only"),
                          HasSubstr("4: command.environment.N must be one line in quotes")));
}

TEST(ACommand, MayRunSeveralLines) {
  Manifest manifest =
      read_one(replaced(own_program, "\"python3 train.py --lr 0.1\"", "'''\nset -e\n./train\n'''"));
  EXPECT_EQ(std::get<CommandSpec>(manifest.program).run, "set -e\n./train\n");
}

// ---- text that must not get into a batch script

TEST(ASingleLine, CannotSmuggleASecondOne) {
  EXPECT_THAT(
      messages_of(replaced(sketch, "\"digits-mlp\"", R"("a\n#SBATCH --uid=0")")),
      ElementsAre("m.toml:1:8: \"a\\n#SBATCH --uid=0\": name must be one line, without control characters"));
  for (const char* key : {"partition", "account", "qos", "plan"}) {
    std::string line = std::string(key) + " = \"x --uid=0\"\n";
    EXPECT_THAT(
        messages_of(replaced(sketch, "nodes = 2\n", "nodes = 2\n" + line)),
        ElementsAre(HasSubstr(std::string("resources.") + key + " must begin with a letter or digit")));
  }
  EXPECT_THAT(messages_of(replaced(sketch, "\"k40\"", "\"k40,license:x\"")),
              ElementsAre(HasSubstr("resources.gpu must begin")));
  EXPECT_THAT(messages_of(own_program + "code = \"a\\u0000b\"\n"),
              ElementsAre(HasSubstr("command.code must be one line")));
}

TEST(AUrl, IsAWholePathOrABucket) {
  auto target = [](const std::string& url) {
    return messages_of(replaced(own_program, "file:///srv/results", url));
  };
  EXPECT_THAT(target("s3://results/mine/"), IsEmpty());
  EXPECT_THAT(target("/srv/results"),
              ElementsAre("m.toml:3:10: \"/srv/results\": results.target must begin with file:/// or s3://"));
  EXPECT_THAT(target("file://srv/results"), ElementsAre(HasSubstr("must be file:/// and a whole path")));
  EXPECT_THAT(target("file:///srv/../etc"),
              ElementsAre(HasSubstr("must not hold \".\" or \"..\" between slashes")));
  EXPECT_THAT(target("s3://"), ElementsAre(HasSubstr("must be s3://, a bucket and a path")));
  EXPECT_THAT(target("s3://b/../x"), ElementsAre(HasSubstr("must not hold \".\" or \"..\" between slashes")));
}

// ---- data

TEST(Data, TellTheirFormatByTheirName) {
  EXPECT_THAT(messages_of(replaced(sketch, "format = \"csv\"\n", "")), IsEmpty());
  EXPECT_THAT(
      messages_of(replaced(replaced(sketch, "format = \"csv\"\n", ""), "digits.csv.gz", "digits.txt")),
      ElementsAre("m.toml:2:1: [data]: data.format is missing, and the source's name does not tell it; "
                  "format is one of csv, tsv, idx, npy, npz, cifar10, cifar100, images, shards, "
                  "hdf5"));
}

TEST(Data, OfACommandAreTheFilesAsTheyAre) {
  Manifest manifest = read_one(own_program + "[data]\nsource = \"s3://data/images/\"\n");
  EXPECT_EQ(manifest.data->format, "raw");
  EXPECT_THAT(messages_of(own_program + "[data]\nsource = \"s3://data/images/\"\nlabel = 3\n"),
              ElementsAre("m.toml:8:9: 3: data.label means nothing for format raw; leave it out"));
}

TEST(Data, InRawFormAreNotForTheBuiltInTrainer) {
  EXPECT_THAT(messages_of(replaced(sketch, "format = \"csv\"", "format = \"raw\"")),
              testing::Contains(HasSubstr("data.format must be one of csv, tsv, idx, ")));
}

TEST(Data, NameAColumnOnlyWithAHeader) {
  EXPECT_THAT(messages_of(replaced(sketch, "label = 64", "label = \"digit\"")),
              ElementsAre(HasSubstr("data.label is a column's name, but there is no header; header = true")));
  EXPECT_THAT(messages_of(replaced(sketch, "label = 64", "label = \"digit\"\nheader = true")), IsEmpty());
}

TEST(Data, FindTheLabelsOfAnIdxFileBesideIt) {
  std::string text =
      replaced(sketch, "digits.csv.gz\"\nformat = \"csv\"\nlabel = 64", "train-images-idx3-ubyte.gz\"");
  Manifest manifest = read_one(replaced(text, "test = 0.2", "test = \"t10k-images-idx3-ubyte.gz\""));
  EXPECT_EQ(manifest.data->format, "idx");
  EXPECT_EQ(manifest.data->label_source, "file:///srv/buckets/digits/train-labels-idx1-ubyte.gz");
  EXPECT_EQ(manifest.data->test_source, "file:///srv/buckets/digits/t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(manifest.data->test_label_source, "file:///srv/buckets/digits/t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(manifest.data->test_fraction, 0);
  EXPECT_THAT(messages_of(replaced(text, "train-images-idx3", "a")),
              ElementsAre(HasSubstr("m.toml:2:1: [data]: label is missing")));
}

TEST(Data, MayHaveASecondSourceForTesting) {
  EXPECT_EQ(read_one(replaced(sketch, "test = 0.2", "test = \"s3://b/test.csv\"")).data->test_source,
            "s3://b/test.csv");
  EXPECT_THAT(messages_of(replaced(sketch, "test = 0.2", "test = 1.5")),
              ElementsAre("m.toml:8:8: 1.5: data.test must be a number from 0 to 0.9"));
}

TEST(Data, HaveAShapeThatIsOne) {
  EXPECT_THAT(messages_of(replaced(sketch, "[1, 8, 8]", "[1, 0]")),
              ElementsAre(HasSubstr("0: data.shape must be a list of whole numbers from 1 to 67108864")));
  EXPECT_THAT(messages_of(replaced(sketch, "[1, 8, 8]", "[]")),
              ElementsAre(HasSubstr("must have 1 to 8 sizes")));
}

// ---- the table of keys

TEST(TheKeys, SayTheDefaultsThatHold) {
  const std::string whole = sketch + "\n[retry]\nattempts = 1\n";
  const Manifest plain = read_one(sketch);
  for (const ManifestKey& key : manifest_keys()) {
    if (key.default_text.empty() || key.path.starts_with("command.") || key.path == "data.fit") continue;
    std::size_t dot = key.path.find('.');
    std::string section = key.path.substr(0, dot), name = key.path.substr(dot + 1);
    if (name.find('.') != std::string::npos || whole.find('\n' + name + " =") != std::string::npos) continue;
    std::string header = '[' + section + "]\n";
    EXPECT_EQ(read_one(replaced(whole, header, header + name + " = " + key.default_text + '\n')), plain)
        << key.path;
  }
}

TEST(TheKeys, EachHaveATypeAndALineForPeople) {
  for (const ManifestKey& key : manifest_keys()) {
    EXPECT_FALSE(key.type.empty()) << key.path;
    EXPECT_FALSE(key.doc.empty()) << key.path;
  }
}

TEST(Retry, NamesTheEndsThatAreTriedAgain) {
  Manifest manifest = read_one(sketch + "[retry]\nattempts = 3\non = [\"time_limit\", \"preempted\"]\n");
  EXPECT_EQ(manifest.retry.attempts, 3);
  EXPECT_EQ(manifest.retry.on, (std::vector<Cause>{Cause::time_limit, Cause::preempted}));
  EXPECT_TRUE(manifest.retry.warns());
}

TEST(Retry, RefusesWordsThatAreNoEndsWithTheOneThatWasMeant) {
  EXPECT_THAT(messages_of(sketch + "[retry]\nattempts = 3\non = [\"node_failed\", \"completed\"]\n"),
              ElementsAre(HasSubstr("did you mean node_failure?"), HasSubstr("completed")));
}

TEST(Retry, WithoutANumberOfAttemptsIsMissingOne) {
  EXPECT_THAT(messages_of(sketch + "[retry]\non = [\"lost\"]\n"),
              ElementsAre(HasSubstr("attempts is missing")));
}

// ---- JSON

TEST(AManifestAsJson, ReadsBackAsTheSame) {
  for (const std::string& text :
       {sketch,
        own_program + "setup = \"module load x\"\nlauncher = \"mpi\"\nenvironment = { A = \"b\" }\n"}) {
    Manifest manifest = read_one(text);
    std::string json = to_json(manifest).dump();
    EXPECT_EQ(manifest_from_json(parse_json(json, "the test")), manifest);
    EXPECT_EQ(to_json(manifest_from_json(parse_json(json, "the test"))).dump(), json);
  }
}

TEST(AManifestAsJson, OfAnotherReleaseNamesTheKey) {
  Json json = to_json(read_one(sketch));
  json.erase("results_target");
  EXPECT_THROW(
      try { manifest_from_json(json); } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "results_target: missing");
        throw;
      },
      Error);
}

}  // namespace
}  // namespace trainyard
