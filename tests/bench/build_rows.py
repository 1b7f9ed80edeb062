"""The rows of `scripts/bench build`: how long a build takes. ccache is off, because it would make each build
but the first faster."""
import os
import pathlib
import shutil
import subprocess
import time

from table import AT_MOST, Measured, Target

SOURCE = pathlib.Path(__file__).resolve().parents[2]
WITHOUT_CCACHE = {**os.environ, "CCACHE_DISABLE": "1"}


class Checkout:
    """A copy of the working tree's tracked files, without a build folder."""

    def __init__(self, root):
        self.folder = root / "trainyard"

    def up(self):
        files = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
        for name in filter(None, files.split("\0")):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, self.folder / name)

    def down(self):
        """Does nothing: bench.py removes the folder."""

    def seconds_to_build(self, *options):
        begun = time.monotonic()
        subprocess.run(["scripts/build", *options], cwd=self.folder, env=WITHOUT_CCACHE, check=True,
                       stdout=subprocess.DEVNULL)
        return time.monotonic() - begun

    def remove_build(self):
        shutil.rmtree(self.folder / "build", ignore_errors=True)


def measured(row, target, seconds):
    return Measured("build", row, "s", target and Target(*target), tuple(seconds))


def whole(checkout, sizes):
    """Measures a full build, then a build after a change to daemon/run/run.h, a widely included header."""
    everything, after_a_change = [], []
    for _ in range(sizes.rounds):
        checkout.remove_build()
        everything.append(checkout.seconds_to_build())
        (checkout.folder / "daemon/run/run.h").touch()
        after_a_change.append(checkout.seconds_to_build())
    yield measured("all programs and tests", ("ours", AT_MOST, 480), everything)
    yield measured("the same after daemon/run/run.h was touched", ("ours", AT_MOST, 120), after_a_change)


def installed(checkout, sizes):
    """Measures a build without tests, as the demo makes it."""
    seconds = []
    for _ in range(sizes.rounds):
        checkout.remove_build()
        seconds.append(checkout.seconds_to_build("--installed"))
    yield measured("what is installed, without tests", None, seconds)


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"whole": whole, "installed": installed}
