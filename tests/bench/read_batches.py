"""Reads random mini-batches from a staged file as Python programs do. Prints the microseconds of a batch.

usage: read_batches.py memmap|h5py FILE SIZE BATCHES
Reads the batches twice and measures the second time, when all pages are in memory."""
import sys
import time

import h5py
import numpy


def memmap(file, samples):
    """Maps the array of samples, which is contiguous in the file."""
    return numpy.memmap(file, samples.dtype, "r", samples.id.get_offset(), samples.shape).view(numpy.ndarray)


def main(how, path, size, batches):
    file = h5py.File(path, "r")
    samples, labels = file["train/samples"], file["train/labels"][:]
    order = numpy.random.default_rng(1).permutation(len(labels))
    # h5py takes only rows in ascending order.
    rows = [numpy.sort(order[first:first + size]) if how == "h5py" else order[first:first + size]
            for first in range(0, batches * size, size)]
    if how == "memmap":
        samples = memmap(path, samples)
    for _ in range(2):
        begun = time.perf_counter()
        for chosen in rows:
            batch, classes = samples[chosen], labels[chosen]
        seconds = time.perf_counter() - begun
    assert len(batch) == len(classes) == size
    print(1e6 * seconds / batches)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
