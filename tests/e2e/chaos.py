"""How much chaos is wanted, and its dice: the full counts, or a tenth of them; the same seed throws the same."""
import os
import random

FULL = os.environ.get("TRAINYARD_CHAOS") == "full"
# A change that lands is judged by the same dice as the one before it; the full counts look for what is new.
SEED = int(os.environ.get("TRAINYARD_SEED") or (random.SystemRandom().randrange(1_000_000) if FULL else 4711))


def wanted(count):
    """So many of what the full counts have `count` of."""
    return count if FULL else max(1, count // 10)


def dice(name):
    """One test's dice: what others throw does not change what it throws."""
    return random.Random(f"{SEED} {name}")


def words():
    return f"chaos: {'full counts' if FULL else 'a tenth of the counts'}, seed {SEED}"
