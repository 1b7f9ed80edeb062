"""The handwritten digits as they are in the bucket: lines of 64 pixels of 0 to 16, and the digit."""

import gzip


def read_images(folder):
    """Yields (pixels, digit) for every line of every .csv.gz below the folder."""
    for path in sorted(folder.rglob("*.csv.gz")):
        with gzip.open(path, "rt") as lines:
            for line in lines:
                *pixels, digit = map(int, line.split(","))
                yield pixels, digit
