"""Settings of the random tests: the full counts or a tenth of them, and the seed of the random numbers.

The same seed gives the same random choices."""
import os
import random

FULL = os.environ.get("TRAINYARD_CHAOS") == "full"
# A tenth of the counts uses a fixed seed, so that every change is tested with the same choices. The full
# counts use a new seed each time, to find new faults.
SEED = int(os.environ.get("TRAINYARD_SEED") or (random.SystemRandom().randrange(1_000_000) if FULL else 4711))


def wanted(count):
    """Returns `count` with the full counts, otherwise a tenth of it, but at least 1."""
    return count if FULL else max(1, count // 10)


def dice(name):
    """Returns the random number generator of the test `name`. Other tests do not change its numbers."""
    return random.Random(f"{SEED} {name}")


def words():
    return f"chaos: {'full counts' if FULL else 'a tenth of the counts'}, seed {SEED}"
