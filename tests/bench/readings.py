"""Figures of the boundary that are read from what is there, and not measured: the test of the units holds them to their
bounds, scripts/bench shows them."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_EXPOSURE = {"trainyardd.service": 1.5, "trainyard-broker.service": 3.5}
MOST_BROKER_LINES = 700


def exposure(unit):
    """What `systemd-analyze security` makes of a unit's file, from 0 to 10; and its words."""
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True,
                          text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    if not found:
        raise AssertionError(told.stdout + told.stderr)
    return float(found[1]), told.stdout


def broker_lines():
    """Of the broker with all of ours that it links, without blank lines and those that are comments alone."""
    files = [file for file in (ROOT / "daemon/broker").glob("*.[hc]*") if file.name != "record.cc"]  # the daemon's
    return sum(lines_of_code(file.read_text()) for file in [*files, ROOT / "daemon/base/unique_fd.h"])


def lines_of_code(text):
    lines = map(str.strip, text.splitlines())
    return sum(1 for line in lines if line and not line.startswith("//"))
