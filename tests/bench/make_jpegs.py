"""Makes JPEG files from a seed. They compress as photographs do, because they are patches of colour with noise on them.

usage: make_jpegs.py FOLDER COUNT SIDE SEED; SIDE: their width and height"""
import pathlib
import sys

import numpy
from PIL import Image


def main(folder, count, side, seed):
    random = numpy.random.default_rng(seed)
    for number in range(count):
        patches = Image.fromarray(random.integers(0, 256, (14, 14, 3), dtype=numpy.uint8))
        smooth = numpy.asarray(patches.resize((side, side), Image.Resampling.BICUBIC), dtype=numpy.int16)
        noise = random.integers(-12, 13, smooth.shape, dtype=numpy.int16)
        Image.fromarray((smooth + noise).clip(0, 255).astype(numpy.uint8)).save(folder / f"{number:04}.jpg", quality=85)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:]))
