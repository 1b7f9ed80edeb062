"""Makes tar archives of images, for the row `jpegs`."""
import io
import tarfile

PER_SHARD = 1000


def write_shards(folder, jpegs, count):
    """Writes tar archives with `count` images of ten classes, which are the files of `jpegs` by turns."""
    folder.mkdir()
    contents = [file.read_bytes() for file in sorted(jpegs.iterdir())]
    for first in range(0, count, PER_SHARD):
        with tarfile.open(folder / f"{first // PER_SHARD:04}.tar", "w") as shard:
            for number in range(first, min(first + PER_SHARD, count)):
                add(shard, f"{number:06}.jpg", contents[number % len(contents)])
                add(shard, f"{number:06}.cls", b"%d\n" % (number % 10))


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
