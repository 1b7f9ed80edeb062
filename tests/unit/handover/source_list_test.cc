// Two runs share a data set only if they name the same objects in the same store with the same options.
#include "daemon/handover/source_list.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

struct Named {
  DataSpec data{"s3://digits/train/", "csv", "", Json{{"label", 64}}, 1.0, 0.2, "", "", 1,
                {"cellar", "mine"}};
  SourceObject object{"s3://digits/train/a.csv", "a.csv", "etag", 100};
  SourcePart part = SourcePart::train;
  std::uint32_t owner = 1001;
};

std::string digest_of(const Named& named) {
  const TemporaryDirectory folder;
  SourceListWriter list(folder.path(), named.data);
  list.add(named.part, named.object);
  return data_set_digest(named.owner, list.digest());
}

TEST(TheDigestOfADataSet, IsTheSameForTheSameDataWhoeversKeysAreUsed) {
  Named other;
  other.data.store.credentials = "work";
  EXPECT_EQ(digest_of(Named()), digest_of(other));
}

TEST(TheDigestOfADataSet, DependsOnOwnerStoreObjectsFormatAndEveryOption) {
  const std::vector<std::function<void(Named&)>> differences{
      [](Named&) {},
      [](Named& n) { n.owner = 1002; },
      [](Named& n) { n.data.store.store = "attic"; },
      [](Named& n) { n.data.source = "s3://digits/"; },
      [](Named& n) { n.data.format = "raw"; },
      [](Named& n) { n.data.label_source = "s3://digits/l"; },
      [](Named& n) { n.data.options["label"] = 0; },
      [](Named& n) { n.data.scale = 0.5; },
      [](Named& n) { n.data.test_fraction = 0.3; },
      [](Named& n) { n.data.test_source = "s3://digits/t"; },
      [](Named& n) { n.data.test_label_source = "s3://digits/tl"; },
      [](Named& n) { n.data.seed = 2; },
      [](Named& n) { n.part = SourcePart::test; },
      [](Named& n) { n.object.url = "s3://digits/train/b.csv"; },
      [](Named& n) { n.object.key = "b.csv"; },
      [](Named& n) { n.object.etag = "other"; },
      [](Named& n) { n.object.size_bytes = 101; },
  };
  std::set<std::string> digests;
  for (const auto& change : differences) {
    Named named;
    change(named);
    digests.insert(digest_of(named));
  }
  EXPECT_EQ(digests.size(), differences.size());
}

}  // namespace
}  // namespace trainyard
