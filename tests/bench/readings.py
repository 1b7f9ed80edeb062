"""Figures of the boundary between users and daemon that need no measurement: the exposure of the systemd
units and the size of the broker. units_test.py checks their bounds, scripts/bench shows them."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_EXPOSURE = {"trainyardd.service": 1.5, "trainyard-broker.service": 3.5}
MOST_BROKER_LINES = 700


def exposure(unit):
    """Returns a unit file's exposure level by `systemd-analyze security`, from 0 to 10, and its output."""
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True,
                          text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    if not found:
        raise AssertionError(told.stdout + told.stderr)
    return float(found[1]), told.stdout


def broker_lines():
    """Counts the lines of code of the broker and of our headers that it includes."""
    # record.cc belongs to the daemon; the broker does not link it.
    files = [file for file in (ROOT / "daemon/broker").glob("*.[hc]*") if file.name != "record.cc"]
    return sum(lines_of_code(file.read_text()) for file in [*files, ROOT / "daemon/base/unique_fd.h"])


def lines_of_code(text):
    lines = map(str.strip, text.splitlines())
    return sum(1 for line in lines if line and not line.startswith("//"))
