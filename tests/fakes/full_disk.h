// FullDisk: as long as an object of it lives, no file can grow beyond one byte by writes of this process
// (RLIMIT_FSIZE), also by those of libraries.
#pragma once
#include <sys/resource.h>

#include <csignal>

namespace trainyard {

class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{1, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace trainyard
