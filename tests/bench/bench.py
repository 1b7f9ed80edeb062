"""Measures Trainyard against the commands that users would use without it; prints one row for each peer.

Each row is measured in pairs, Trainyard and the peer by turns, and shows medians. These are no tests: the
figures depend on the machine, which is printed with them.
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

BENCHES = {"slurm": "Trainyard against Slurm's own commands and bare libslurm, on the same private slurmctld",
           "loop": "how long others wait while much happens at once",
         "boundary": "what the boundary between users and the daemon costs, and what users can make the daemon wait for",
           "staging": "data from an object store to scratch and back, against rclone, s3cmd, awscli and curl",
           "build": "how long whoever changes Trainyard waits for the compiler"}


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of all measurements. `--runs` makes all of them smaller, for trials."""

    runs: int = 1000  # in a sweep, or submitted separately
    many_runs: int = 10_000  # in Slurm at a time
    running: int = 200
    few_runs: int = 60
    live_runs: int = 100_000  # in the ledger
    appends: int = 20_000
    rounds: int = 3  # repetitions of measurements that take minutes
    pairs: int = 11  # repetitions of measurements that take seconds
    watched_seconds: int = 120
    users: int = 20  # that submit at the same time
    calls: int = 5000  # to a deputy
    starts: int = 100  # of deputies
    objects: int = 1_000_000  # in a data set
    ended_runs: int = 20_000  # of one user, in the ledger
    segments: int = 1_000_000  # in the ledger
    data_sets: int = 1000

    @classmethod
    def for_runs(cls, runs, rounds=None):
        whole = cls()
        return cls(runs=runs, many_runs=10 * runs, running=min(whole.running, runs), few_runs=min(whole.few_runs, runs),
                   live_runs=100 * runs, appends=20 * runs, objects=1000 * runs, ended_runs=20 * runs,
                   segments=1000 * runs, data_sets=runs,
                   rounds=rounds or whole.rounds)


def parse(arguments, rows):
    """Returns the options of the command line. `rows`: bench → its rows by name."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=BENCHES, help="; ".join(f"{name}: {what}" for name, what in BENCHES.items()))
    parser.add_argument("--rows", metavar="A,B",
                        help="only these; " + "; ".join(f"of {bench}: {', '.join(names)}" for bench, names in rows.items()))
    parser.add_argument("--runs", metavar="N", type=int, default=Sizes.runs,
                        help="size of a sweep, of which all other sizes follow (%(default)s); targets are for that one")
    parser.add_argument("--rounds", metavar="N", type=int, help=f"pairs of what takes minutes ({Sizes.rounds})")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one object a row, on a line of its own")
    form.add_argument("--markdown", action="store_true", help="the table as the README has it")
    options = parser.parse_args(arguments)
    known = rows[options.bench]
    wanted = options.rows.split(",") if options.rows else list(known)
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(known)}")
    options.rows = [name for name in known if name in wanted]
    return options


def measure(yard, rows, sizes, tell):
    """Measures and returns all rows. Calls tell(row) as soon as each is measured."""
    found = []
    for row in rows:
        for measured in row(yard, sizes):
            tell(measured)
            found.append(measured)
    return found


def main(arguments):
    import boundary_rows
    import build_rows
    import loop_rows
    import slurm_rows
    import staging_rows
    import store_yard
    from slurm_yard import SlurmYard

    rows = {"slurm": slurm_rows.ROWS, "loop": loop_rows.ROWS, "boundary": boundary_rows.ROWS,
            "staging": staging_rows.ROWS, "build": build_rows.ROWS}
    users = {"slurm": slurm_rows.USERS, "loop": loop_rows.USERS, "boundary": boundary_rows.USERS}
    options = parse(arguments, rows)
    sizes = Sizes.for_runs(options.runs, options.rounds)
    about = machine.describe()
    root = pathlib.Path(tempfile.mkdtemp(prefix="trainyard-bench."))
    root.chmod(0o755)
    own_yards = {"build": build_rows.Checkout, "staging": store_yard.Store}
    yard = own_yards[options.bench](root) if options.bench in own_yards else SlurmYard(root, users[options.bench])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the `finally` below takes the yard down
    try:
        yard.up()
        tell = (lambda row: print(table.as_json(row), flush=True)) if options.json else \
            (lambda row: print(" | ".join(table.cells(row)), file=sys.stderr, flush=True))
        found = measure(yard, [rows[options.bench][name] for name in options.rows], sizes, tell)
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
