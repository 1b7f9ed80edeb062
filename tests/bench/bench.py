"""Measures Trainyard against what people would use in its place; prints one row for each peer.

Every row is taken in pairs, the two sides by turns, and shows medians. Nothing here is a test: figures depend on the
machine, which is printed with them.
"""
import argparse
import dataclasses
import pathlib
import shutil
import signal
import sys
import tempfile

import machine
import table

BENCHES = {"slurm": "Trainyard against Slurm's own commands and bare libslurm, on the same private slurmctld"}


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much is measured. `--runs` makes all of it smaller, for trying out."""

    runs: int = 1000  # of a sweep, or submitted separately
    many_runs: int = 10_000  # in Slurm at a time
    running: int = 200
    few_runs: int = 60
    live_runs: int = 100_000  # in the ledger
    appends: int = 20_000
    rounds: int = 3  # of what takes minutes
    pairs: int = 11  # of what takes seconds
    watched_seconds: int = 120

    @classmethod
    def for_runs(cls, runs, rounds=None):
        whole = cls()
        return cls(runs=runs, many_runs=10 * runs, running=min(whole.running, runs), few_runs=min(whole.few_runs, runs),
                   live_runs=100 * runs, appends=20 * runs, rounds=rounds or whole.rounds)


def parse(arguments, rows):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=BENCHES, help="; ".join(f"{name}: {what}" for name, what in BENCHES.items()))
    parser.add_argument("--rows", metavar="A,B", type=lambda text: chosen(text, rows), default=list(rows),
                        help="only these: " + ", ".join(rows))
    parser.add_argument("--runs", metavar="N", type=int, default=Sizes.runs,
                        help="size of a sweep, of which all other sizes follow (%(default)s); targets are for that one")
    parser.add_argument("--rounds", metavar="N", type=int, help=f"pairs of what takes minutes ({Sizes.rounds})")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one object a row, on a line of its own")
    form.add_argument("--markdown", action="store_true", help="the table as the README has it")
    return parser.parse_args(arguments)


def chosen(text, rows):
    names = text.split(",")
    if unknown := [name for name in names if name not in rows]:
        raise argparse.ArgumentTypeError(f"no such row: {', '.join(unknown)}; there are {', '.join(rows)}")
    return [name for name in rows if name in names]


def measure(yard, rows, sizes, tell):
    """All rows; each is told of as soon as it is there."""
    found = []
    for row in rows:
        for measured in row(yard, sizes):
            tell(measured)
            found.append(measured)
    return found


def main(arguments):
    from slurm_rows import ROWS
    from slurm_yard import SlurmYard

    options = parse(arguments, ROWS)
    sizes = Sizes.for_runs(options.runs, options.rounds)
    about = machine.describe()
    root = pathlib.Path(tempfile.mkdtemp(prefix="trainyard-bench."))
    root.chmod(0o755)
    yard = SlurmYard(root)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of finally: nothing is left running
    try:
        yard.up()
        tell = (lambda row: print(table.as_json(row), flush=True)) if options.json else \
            (lambda row: print(" | ".join(table.cells(row)), file=sys.stderr, flush=True))
        found = measure(yard, [ROWS[name] for name in options.rows], sizes, tell)
    finally:
        yard.down()
        shutil.rmtree(root, ignore_errors=True)
    if options.json:
        print(about, file=sys.stderr)
    else:
        print(f"\n{table.as_markdown(found) if options.markdown else table.as_text(found)}\n\n{about}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
