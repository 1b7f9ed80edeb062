// trainyard-train SETTINGS.json: one rank of a training, alone or under mpirun. See man/trainyard-train.1.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <new>
#include <optional>

#include "daemon/base/error.h"
#include "kernels/blas.h"
#include "kernels/comm.h"
#include "kernels/exit_codes.h"
#include "kernels/settings.h"
#include "kernels/trainer.h"

namespace trainyard {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

void remember_stop(int signal) { stop_signal = signal; }

bool stop_requested() { return stop_signal != 0; }

// From now on SIGTERM and SIGUSR2 set stop_signal, upon which the training stops. Does not change SIGUSR1,
// because NCCL uses it.
void listen_for_stop() {
  struct sigaction action = {};
  action.sa_handler = remember_stop;
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGTERM, SIGUSR2}) sigaction(signal, &action, nullptr);
}

struct Fault {
  int exit_code = exit_done;
  std::string message;
  bool known_to_all = false;  // every rank has the same fault at the same step
};

Fault fault_of(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const NumericError& e) {
    return {exit_numeric, e.what(), true};
  } catch (const CommunicationError& e) {
    return {exit_communication, e.what(), false};
  } catch (const Error& e) {
    return {trainer_exit_code(e.kind()), e.what(), false};
  } catch (const std::bad_alloc&) {
    return {exit_bad_input, "not enough memory for this network and batch_size", false};
  } catch (const std::exception& e) {
    return {exit_numeric, e.what(), false};
  }
}

void complain(const std::string& message) { std::fprintf(stderr, "trainyard-train: %s\n", message.c_str()); }

// Agrees with all ranks on an exit code, because before the first step each rank can fail by itself. All
// ranks must call this. The lowest rank that failed prints its message, and all ranks return its exit code;
// exit_done if none failed.
int agree_on(const Fault& fault, Comm& comm) {
  const int failed = comm.least(fault.exit_code == exit_done ? comm.ranks() : comm.rank());
  if (failed == comm.ranks()) return exit_done;
  if (failed == comm.rank()) complain(fault.message);
  return comm.broadcast(fault.exit_code, failed);
}

int train(const char* settings_path, Comm& comm) {
  std::optional<Trainer> trainer;
  Fault fault = fault_of([&] { trainer.emplace(read_settings(settings_path), comm); });
  if (int exit_code = agree_on(fault, comm)) return exit_code;

  listen_for_stop();
  Outcome outcome = Outcome::trained;
  fault = fault_of([&] { outcome = trainer->train(stop_requested); });
  if (fault.exit_code != exit_done && (comm.first() || !fault.known_to_all)) complain(fault.message);
  if (fault.exit_code != exit_done && !fault.known_to_all) comm.abort(fault.exit_code);
  if (fault.exit_code != exit_done) return fault.exit_code;
  if (outcome == Outcome::trained) return exit_done;
  if (comm.first())
    complain("stopped; checkpoints are not there yet: trying again starts from the beginning");
  return exit_try_again;
}

int run(int argc, char** argv) {
  Comm comm(argc, argv);
  const Fault fault = {exit_bad_input, "give one settings file: trainyard-train SETTINGS.json"};
  if (argc != 2) return agree_on(fault, comm);
  return train(argv[1], comm);
}

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  using namespace trainyard;
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0)
    return std::puts("trainyard-train " TRAINYARD_VERSION) < 0;
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0)
    return std::puts(
               "trainyard-train SETTINGS.json: train one network, alone or as a rank of mpirun.\n"
               "What the settings are: trainyard-train(1).") < 0;
  prepare_blas(argv);
  try {
    return run(argc, argv);
  } catch (const CommunicationError& e) {
    complain(e.what());
    return exit_communication;
  }
}
