// trainyard-agent: what runs inside every job, as the user whose run it is. One subcommand per kind of job.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>

#include "daemon/agent/evidence.h"
#include "daemon/agent/fetch.h"
#include "daemon/agent/rank.h"
#include "daemon/agent/run.h"
#include "daemon/agent/stage.h"
#include "daemon/agent/store.h"
#include "daemon/base/printable.h"

namespace {

// What the words of the command line chose; set by add_…(), performed by main.
using Action = std::function<int()>;

void add_file_command(CLI::App& app, const char* name, const char* help, const char* file_name,
                      Action& chosen, int (*perform)(const std::string&)) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option(file_name, *path, "written by trainyardd")->required();
  command->callback([path, perform, &chosen] { chosen = [path, perform] { return perform(*path); }; });
}

void add_fetch(CLI::App& app, Action& chosen) {
  struct Words {
    std::string url, directory;
    bool json = false;
  };
  auto words = std::make_shared<Words>();
  CLI::App* command = app.add_subcommand("fetch", "copy all objects below a URL into a folder");
  command->add_option("URL", words->url, "file:///folder/")->required();
  command->add_option("DIRECTORY", words->directory, "made where it is not there")->required();
  command->add_flag("--json", words->json, "a JSON object per line");
  command->callback([words, &chosen] {
    chosen = [words] { return trainyard::fetch(words->url, words->directory, words->json); };
  });
}

void add_rank(CLI::App& app, Action& chosen) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("rank", "become one rank of a run; started by mpirun or srun");
  command->add_option("PROGRAM", *words, "after --: the program and its arguments")->required();
  command->callback([words, &chosen] { chosen = [words]() -> int { trainyard::become_rank(*words); }; });
}

int perform(const Action& action) {
  try {
    return action();
  } catch (const trainyard::Error& e) {
    std::fprintf(stderr, "trainyard-agent: %s\n", trainyard::printable_lines(e.what()).c_str());
    return trainyard::agent_exit_code(e.kind());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "trainyard-agent: %s\n", trainyard::printable_lines(e.what()).c_str());
    return trainyard::agent_exit_code(trainyard::ErrorKind::internal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);  // a run's files are its user's alone
  CLI::App app("Does the work of Trainyard inside a job: stages data, runs a training, stores its results.",
               "trainyard-agent");
  app.set_version_flag("--version", "trainyard-agent " TRAINYARD_VERSION);
  app.require_subcommand(1);
  Action action;
  add_file_command(app, "stage", "bring a data set to scratch", "STAGE.json", action, trainyard::stage);
  add_file_command(app, "run", "claim an attempt and execute it", "LAUNCH.json", action, trainyard::run);
  add_file_command(app, "store", "bring results and logs to the object store", "LAUNCH.json", action,
                   [](const std::string& path) { return trainyard::store(path); });
  add_fetch(app, action);
  add_rank(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return perform(action);
}
