"""Describes the machine that a benchmark ran on, and the versions of Debian and Slurm."""
import os
import pathlib
import re
import subprocess


def describe():
    """Returns one line: number and model of cores, memory, versions of Debian and Slurm, load average."""
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
