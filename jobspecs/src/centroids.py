"""Nearest centroid: each digit is the mean of its images, a new image the digit whose mean is nearest.

Reads the images of $DATA_DIR, leaves the means in $RESULT_DIR and says how many held-out images it got right.
"""

import json
import os
import pathlib

from digits import read_images

images = list(read_images(pathlib.Path(os.environ["DATA_DIR"])))
held_out, training = images[::5], [image for i, image in enumerate(images) if i % 5]

means = {}
for digit in range(10):
    columns = zip(*(pixels for pixels, label in training if label == digit))
    means[digit] = [sum(column) / len(column) for column in columns]


def nearest(pixels):
    return min(means, key=lambda digit: sum((a - b) ** 2 for a, b in zip(pixels, means[digit])))


right = sum(nearest(pixels) == label for pixels, label in held_out)
print(f"{right} of {len(held_out)} held-out images right, accuracy {right / len(held_out):.4f}")
(pathlib.Path(os.environ["RESULT_DIR"]) / "means.json").write_text(json.dumps(means))
