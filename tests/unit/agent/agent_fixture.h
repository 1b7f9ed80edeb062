// AgentFixture: an object store (bucket/), scratch, and the modules of this build, for tests of the agent.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/agent/write_evidence.h"
#include "daemon/base/fd.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "plugins/file/file_store.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {

class AgentFixture {
 public:
  AgentFixture() : AgentFixture(std::make_unique<TemporaryDirectory>()) {}
  explicit AgentFixture(const std::string& folder) : folder_(folder) {
    namespace fs = std::filesystem;
    for (const char* folder :
         {"modules", "bucket", "data", "runs/7/attempts/1/logs", "runs/7/attempts/1/results"})
      fs::create_directories(path(folder));
    for (const char* folder : {FILE_MODULE_FOLDER, FORMAT_MODULE_FOLDER})
      for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".so")
          fs::create_symlink(entry.path(), path("modules") / entry.path().filename());
    ::setenv("TRAINYARD_PLUGINDIR", path("modules").c_str(), 1);
  }

  std::filesystem::path path(const std::string& name) const { return join_path(folder_, name); }
  std::string url(const std::string& name) const { return "file://" + path("bucket/" + name).string(); }

  void put(const std::string& name, std::string_view bytes) { store_->put_bytes(url(""), name, bytes); }
  bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }

  // Returns a request to stage this object, or all objects of this folder, as they are now.
  StageRequest stage_request(const std::string& name, const std::string& format,
                             const Json& options = Json::object()) {
    StageRequest request;
    request.digest = "d";
    request.directory = path("data");
    request.data.source = url(name);
    request.data.format = format;
    request.data.options = options;
    request.objects = objects(name);
    return request;
  }
  std::vector<SourceObject> objects(const std::string& name) {
    std::vector<SourceObject> list;
    for (const Object& object : store_->list(url(name)))
      list.push_back({object.url, object.key, object.etag, object.size_bytes});
    return list;
  }
  std::string write(const StageRequest& request) {
    write_evidence(path("data/stage.json"), to_json(request));
    SourceListWriter list(path("data"), request.data);
    for (const SourceObject& object : request.objects) list.add(SourcePart::train, object);
    for (const SourceObject& object : request.test_objects) list.add(SourcePart::test, object);
    list.commit(path("data/sources.jsonl"));
    return path("data/stage.json");
  }
  StageEvidence staged() const { return stage_evidence_from_json(read_json_file(path("data/staged.json"))); }

  // Returns the launch file's contents for attempt 1 of run 7, which runs `command`.
  Launch launch(const CommandSpec& command) {
    Launch launch;
    launch.run_id = 7;
    launch.attempt = 1;
    launch.token = "ty-test-7.1-train";
    launch.name = "seven";
    launch.directory = path("runs/7/attempts/1");
    launch.manifest.name = "seven";
    launch.manifest.results_target = url("results/");
    launch.manifest.program = command;
    return launch;
  }
  std::string write(const Launch& launch) {
    const std::string file = join_path(launch.directory, layout::launch_file);
    write_evidence(file, to_json(launch));
    return file;
  }
  Json evidence(const char* name) const { return read_json_file(path("runs/7/attempts/1") / name); }
  std::string bucket(const std::string& name) const { return read_file(path("bucket/" + name)); }

 private:
  explicit AgentFixture(std::unique_ptr<TemporaryDirectory> folder) : AgentFixture(folder->path()) {
    own_folder_ = std::move(folder);
  }

  std::unique_ptr<TemporaryDirectory> own_folder_;
  std::string folder_;
  std::unique_ptr<ObjectStore> store_ = make_file_store();
};

}  // namespace trainyard
