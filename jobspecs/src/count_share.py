"""Each rank counts the digits in its share of the images. Needs no MPI library: a rank knows its place."""

import collections
import itertools
import json
import os
import pathlib
import socket

from digits import read_images

rank, ranks = int(os.environ["LEARNER_ID"]), int(os.environ["NUM_LEARNERS"])
share = itertools.islice(read_images(pathlib.Path(os.environ["DATA_DIR"])), rank - 1, None, ranks)
counts = collections.Counter(digit for _, digit in share)

print(f"rank {rank} of {ranks} on {socket.gethostname()}: {sum(counts.values())} images")
(pathlib.Path(os.environ["RESULT_DIR"]) / f"counts-{rank}.json").write_text(json.dumps(counts, sort_keys=True))
