"""The rows of `scripts/bench staging` about memory: how much the programs need at most that stage, store and list.
Figures below 30 MB are those of the Python that starts the programs (store_yard.Used)."""
import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import time

from boundary_rows import files_in_memory
from listing_server import ListingServer
from store_yard import BUCKET, BUILD, MIB
from table import AT_MOST, Measured, Target

MOST_MB = 256
DEPUTY = BUILD / "daemon/deputy/trainyard-deputy"
HEADER = struct.Struct("=IIq")  # of a frame (daemon/deputy/frame.h): sizes of JSON and bytes, begin_before in ns


def row(what, peak_mb):
    return Measured("staging", f"peak memory: {what}", "MB", Target("ours", AT_MOST, MOST_MB), (peak_mb,))


def store_job(store, fill):
    """Returns the peak of a store job whose results fill(folder) has made. On a disk, because many would fill the memory."""
    attempt = store.sandbox / "attempts/1"
    (attempt / "results").mkdir(parents=True)
    try:
        fill(attempt / "results")
        return store.store_job(attempt, "stored").peak_mb
    finally:
        shutil.rmtree(attempt.parent)
        store.remove("stored")


@contextlib.contextmanager
def objects(store, key, fill):
    """During the `with` block: the files that fill(folder) makes are objects below `key`."""
    folder = store.sandbox / "source"
    folder.mkdir()
    fill(folder)
    store.put_folder(key, folder)
    shutil.rmtree(folder)
    try:
        yield
    finally:
        store.new_folder("ours")
        store.remove(key)


def one_large(store, sizes):
    mib = max(16, 4096 * sizes.runs // 1000)
    rows = mib * MIB // 784

    def samples(folder):
        """Zeros, which need no space in a sparse file."""
        with open(folder / "samples", "wb") as file:
            file.write(struct.pack(">HBBIII", 0, 8, 3, rows, 28, 28))
            file.truncate(16 + rows * 784)
        (folder / "labels").write_bytes(struct.pack(">HBBI", 0, 8, 1, rows) + bytes(rows))

    with objects(store, "large", samples):
        staged = store.stage("idx", "large/samples", "large/labels")
    yield row(f"the stage job of one object of {mib} MiB, to HDF5", staged.peak_mb)
    yield row(f"the store job of one file of {mib} MiB", store_job(store, samples))


def many_small(store, sizes):
    count = 20 * sizes.runs

    def files(folder):
        for number in range(count):
            (folder / f"{number:06}").write_bytes(b"%d\n" % number)

    with objects(store, "small", files):
        staged = store.stage("raw", "small/")
    yield row(f"the stage job of {count} objects", staged.peak_mb)
    yield row(f"the store job of {count} files", store_job(store, files))


def listing(store, sizes):
    """A listing as a store would send it, from a program that makes it up."""
    count = 1000 * sizes.runs
    with ListingServer(count) as server:
        access = store.access_to(server.endpoint)
        scratch = store.new_folder("scratch")
        yield row(f"the deputy that lists {count} objects", deputy_lists(store, scratch, f"s3://{BUCKET}/set/", access))
    # By the store file://, because the made-up objects cannot be fetched.
    with files_in_memory(count) as folder:
        yield row(f"the stage job of {count} empty objects", store.stage_from(f"file://{folder}/", "raw").peak_mb)
    store.new_folder("ours")


def deputy_lists(store, scratch, url, access):
    """Has a deputy list a data set, as trainyardd would, and returns the peak of its memory."""
    data = {"source": url, "format": "raw", "label_source": "", "options": {}, "scale": 1.0, "test_fraction": 0.0,
            "test_source": "", "test_label_source": "", "seed": 1}
    request = {"verb": "list_sources", "arguments": {"data": data, "store": access},
               "scratch": {"base": str(scratch), "path": str(scratch / "ours"), "mount": None}}
    mine, deputys = socket.socketpair()
    with mine:
        with deputys:
            words = ["sh", "-c", f'exec "$0" files 3<&{deputys.fileno()}', DEPUTY]
            process = subprocess.Popen(words, pass_fds=[deputys.fileno()], env=store.variables)
        text = json.dumps(request).encode()
        mine.sendall(HEADER.pack(len(text), 0, time.monotonic_ns() + 600 * 10**9) + text)
        with mine.makefile("rb") as answers:
            size, _, _ = HEADER.unpack(answers.read(HEADER.size))
            answer = json.loads(answers.read(size))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if "error" in answer or process.returncode != 0:
        raise AssertionError(f"the deputy: exit code {process.returncode}, {answer}")
    return used.ru_maxrss * 1024 / 1e6


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"memory-large": one_large, "memory-small": many_small, "memory-listing": listing}
