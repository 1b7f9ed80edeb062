"""The machine a benchmark ran on, and the versions of what it ran against: figures without them mean nothing."""
import os
import pathlib
import re
import subprocess


def describe():
    """One line: cores and their model, memory, Debian, Slurm, and how busy the machine is."""
    return ", ".join([f"{len(os.sched_getaffinity(0))} cores ({cpu_model()})", f"{memory_gib():.0f} GiB", debian(),
                      slurm(), f"load {os.getloadavg()[0]:.2f}"])


def cpu_model():
    found = re.search(r"^model name\s*: (.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found[1].strip() if found else os.uname().machine


def memory_gib():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def debian():
    return "Debian " + pathlib.Path("/etc/debian_version").read_text().strip()


def slurm():
    version = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", "slurmctld"], check=True,
                             capture_output=True, text=True).stdout
    return "Slurm " + version
