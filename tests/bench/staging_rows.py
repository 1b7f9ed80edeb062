"""The rows of `scripts/bench staging`: data from an object store to scratch and results back, against the tools that
users would call instead. The store is a Ceph RADOS Gateway on the same machine; files are on a file system in memory,
so that no disk is measured. Trainyard hashes every byte (SHA-256) and converts it; the peers do neither."""
import hashlib
import json
import os
import shutil
import struct
import time

import memory_rows
import shards
import staged_run_rows
from store_yard import MIB, PROGRAMS, SOURCE
from table import AT_LEAST, AT_MOST, Measured, Target

SAMPLE_BYTES = 784  # 28², as in MNIST
IMAGE_SIDE = 224  # width and height
DIFFERENT_IMAGES = 1000


def python(program):
    """Returns the words that run a program of this folder by Debian's Python, which has numpy, h5py and PIL."""
    return "/usr/bin/python3", SOURCE / f"tests/bench/{program}.py"


def measured(row, unit, target, ours, against="", peer=()):
    return Measured("staging", row, unit, target and Target(*target), tuple(ours), against, tuple(peer))


# ---- the two sides of a row

def try_each(peers):
    """Tries each peer once. Returns what each used, by its name."""
    return {name: peer() for name, peer in peers.items()}


def fastest(tried):
    return min(tried, key=lambda name: tried[name].seconds)


def leanest(tried):
    return min(tried, key=lambda name: tried[name].cpu_seconds)


def by_turns(sides, rounds):
    """Calls each of the functions by turns, `rounds` times. Returns the list of results of each, by its name."""
    results = {name: [] for name in sides}
    for _ in range(rounds):
        for name, act in sides.items():
            results[name].append(act())
    return results


def rates(mib, used):
    return [mib / each.seconds for each in used]


def cpu(used):
    return [each.cpu_seconds for each in used]


def against_peers(ours, peers, rounds):
    """Measures ours, name → function, against the fastest of the peers, the leanest, and awscli. Returns the names of the
    fastest and the leanest, and the results by name."""
    tried = try_each(peers)
    best, lean = fastest(tried), leanest(tried)
    chosen = {name: peers[name] for name in dict.fromkeys((best, lean, "awscli"))}
    return best, lean, by_turns({**ours, **chosen}, rounds)


def cpu_rows(row, results, lean, of_awscli=None):
    """`of_awscli`: the most that ours may be of awscli's."""
    ours = cpu(results["ours"])
    yield measured(f"CPU seconds of the client, {row}", "s", ("ours", AT_MOST, 1.6), ours, f"{lean}, the leanest",
                   cpu(results[lean]))
    yield measured(f"CPU seconds of the client, {row}", "s", of_awscli and ("ratio", AT_MOST, of_awscli), ours, "awscli",
                   cpu(results["awscli"]))


# ---- one large object

def mib_of(sizes):
    return max(16, 1024 * sizes.runs // 1000)


def write_samples(folder, mib):
    """Writes the files `samples` and `labels` of a data set in the format idx. Returns the number of samples."""
    rows = mib * MIB // SAMPLE_BYTES
    piece = os.urandom(SAMPLE_BYTES * 1024)
    with open(folder / "samples", "wb") as samples:
        samples.write(struct.pack(">HBBIII", 0, 8, 3, rows, 28, 28))
        for at in range(0, rows * SAMPLE_BYTES, len(piece)):
            samples.write(piece[:rows * SAMPLE_BYTES - at])
    (folder / "labels").write_bytes(struct.pack(">HBBI", 0, 8, 1, rows) + bytes(row % 10 for row in range(rows)))
    return rows


def store_samples(store, mib):
    """Stores a data set of this size as one/samples and one/labels. Returns the number of samples."""
    folder = store.new_folder("source")
    rows = write_samples(folder, mib)
    store.put_folder("one", folder)
    shutil.rmtree(folder)
    return rows


def one_object(store, sizes):
    """One object of samples, converted to HDF5 while it arrives, against a plain file."""
    mib = mib_of(sizes)
    store_samples(store, mib)
    best, lean, results = against_peers({"ours": lambda: store.stage("idx", "one/samples", "one/labels")},
                                        store.peers("one/samples", is_folder=False), sizes.rounds)
    store.remove("one")
    ours, peer = rates(mib, results["ours"]), rates(mib, results[best])
    yield measured(f"one object of {mib} MiB to HDF5", "MiB/s", ("ratio", AT_LEAST, 0.85), ours, f"{best}, to a file", peer)
    hashing = seconds_of_sha256(mib)
    unverified = [mib / (each.seconds - hashing) for each in results["ours"]]
    yield measured(f"one object of {mib} MiB to HDF5, without the {hashing:.2f} s of SHA-256 (computed)", "MiB/s",
                   ("ratio", AT_LEAST, 1), unverified, f"{best}, to a file", peer)
    yield from cpu_rows(f"{mib} MiB down", results, lean)


def seconds_of_sha256(mib):
    """Measures OpenSSL's SHA-256, which Trainyard uses, too. Trainyard always verifies, so a run without verification can
    only be computed: the hashing of a stage job is shared by its threads, one for each core and at most four."""
    piece, digest = os.urandom(MIB), hashlib.sha256()
    begun = time.thread_time()
    for _ in range(mib):
        digest.update(piece)
    return (time.thread_time() - begun) / min(4, len(os.sched_getaffinity(0)))


# ---- many objects

def write_cifar_file(path):
    """Writes 33 random samples as CIFAR-10's binary version has them: 99 KiB."""
    row_bytes = 1 + 3 * 32 * 32
    contents = bytearray(os.urandom(33 * row_bytes))
    for at in range(0, len(contents), row_bytes):
        contents[at] %= 10  # the label
    path.write_bytes(contents)


def many_objects(store, sizes):
    """Many small objects, as files and converted to HDF5, against plain files."""
    count = max(20, 2 * sizes.runs)
    folder = store.new_folder("source")
    for number in range(count):
        write_cifar_file(folder / f"{number:06}.bin")
    mib = sum(file.stat().st_size for file in folder.iterdir()) / MIB
    store.put_folder("many", folder)
    shutil.rmtree(folder)
    peers = store.peers("many/", is_folder=True)
    best = fastest(try_each(peers))
    results = by_turns({"files": lambda: store.stage("raw", "many/"), "HDF5": lambda: store.stage("cifar10", "many/"),
                        best: peers[best]}, sizes.rounds)
    store.remove("many")
    for side, words in (("HDF5", "to HDF5"), ("files", "as files")):
        yield measured(f"{count} objects of 99 KiB {words}", "MiB/s", ("ratio", AT_LEAST, 1.2), rates(mib, results[side]),
                       best, rates(mib, results[best]))


# ---- images

def jpegs(store, sizes):
    """JPEG files in tar archives, decoded to HDF5, against a loop that decodes them from memory in one thread."""
    count = 20 * sizes.runs
    source = store.new_folder("source")
    (source / "jpegs").mkdir()
    store.run(*python("make_jpegs"), source / "jpegs", min(count, DIFFERENT_IMAGES), IMAGE_SIDE, 1)
    shards.write_shards(source / "shards", source / "jpegs", count)
    store.put_folder("shards", source / "shards")
    shutil.rmtree(source / "shards")
    options = json.dumps({"shape": [3, IMAGE_SIDE, IMAGE_SIDE]})

    def decode_loop():
        file = store.new_folder("peer") / "samples"
        return float(store.output(PROGRAMS / "decode_loop", source / "jpegs", count, file))

    results = by_turns({"ours": lambda: store.stage("shards", "shards/", "", options).seconds, "loop": decode_loop},
                       sizes.rounds)
    store.new_folder("peer")
    store.new_folder("ours")
    shutil.rmtree(source)
    store.remove("shards")
    yield measured(f"{count} JPEGs of {IMAGE_SIDE}² in tar shards to HDF5", "images/s", ("ratio", AT_LEAST, 0.8),
                   [count / each for each in results["ours"]], "a loop in one thread that decodes them from memory",
                   [count / each for each in results["loop"]])


# ---- to the store

def upload(store, sizes):
    """One large file, stored as an object: by `trainyard upload`, and by the store job of a run."""
    mib = mib_of(sizes)
    file = store.new_folder("source") / "samples"
    with open(file, "wb") as out:
        for _ in range(mib):
            out.write(os.urandom(MIB))

    def store_job():
        attempt = store.new_folder("attempts") / "1"
        (attempt / "results").mkdir(parents=True)
        os.link(file, attempt / "results/samples")
        return store.store_job(attempt, "up")

    def alone(act):
        """Returns a function that does the same, and then removes the object, because the store has it in memory."""
        def act_and_remove():
            used = act()
            store.remove("up")
            return used
        return act_and_remove

    ours = {"ours": alone(lambda: store.upload(file, "up")), "job": alone(store_job)}
    peers = {name: alone(peer) for name, peer in store.peers_that_store(file, "up/samples").items()}
    bare = peers.pop("curl")  # sends the bytes in one request: no digest, no parts, no repetition of a part
    best, lean, results = against_peers({**ours, "curl": bare}, peers, sizes.rounds)
    shutil.rmtree(file.parent)
    store.new_folder("attempts")
    for side, words in (("ours", "trainyard upload"), ("job", "a store job")):
        yield measured(f"{mib} MiB up, {words}", "MiB/s", ("ratio", AT_LEAST, 1.6), rates(mib, results[side]), best,
                       rates(mib, results[best]))
    yield measured(f"{mib} MiB up, trainyard upload", "MiB/s", None, rates(mib, results["ours"]), "curl, without a digest",
                   rates(mib, results["curl"]))
    yield from cpu_rows(f"{mib} MiB up", results, lean, of_awscli=0.5)


# ---- the staged file

def batches(store, sizes):
    """Random mini-batches from a staged file that the kernel has in memory, as the trainer reads them."""
    mib, size = mib_of(sizes), 128
    rows = store_samples(store, mib)
    store.stage("idx", "one/samples", "one/labels")
    store.remove("one")
    file = store.folder / "ours/train.h5"

    def microseconds(*program, batches):
        return float(store.output(*program, file, size, batches))

    all_rows, few = rows // size, min(200, rows // size)
    results = by_turns({"ours": lambda: microseconds(PROGRAMS / "loader_batches", batches=all_rows),
                        "numpy": lambda: microseconds(*python("read_batches"), "memmap", batches=all_rows),
                        "h5py": lambda: microseconds(*python("read_batches"), "h5py", batches=few)}, sizes.rounds)
    store.new_folder("ours")
    row = f"random mini-batches of {size} rows of {SAMPLE_BYTES} bytes, {mib} MiB in memory"
    per_second = {name: [1e6 / each for each in values] for name, values in results.items()}
    for peer, words, bound in (("numpy", "numpy.memmap at the offset", 1.1), ("h5py", "h5py", 20)):
        yield measured(row, "batches/s", ("ratio", AT_LEAST, bound), per_second["ours"], words, per_second[peer])


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"one": one_object, "many": many_objects, "jpegs": jpegs, "upload": upload, "batches": batches,
        **memory_rows.ROWS, **staged_run_rows.ROWS}
