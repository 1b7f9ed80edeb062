"""A program that damages the files of its user's own runs. Run as that user, on the head node:

    hostile.py ATTACKS STOP

ATTACKS is a file with a JSON list of {path, form}. Each attack is done as soon as its path exists, or five
seconds after its folder does. An attack on a file is repeated whenever the file has changed since.
The program ends when the file STOP exists. FILE_FORMS and DIRECTORY_FORMS list the forms; the tests use both.
"""
import contextlib
import json
import os
import pathlib
import shutil
import stat
import sys
import time

YEAR_2100 = 4102444800
# Files that the store job stores with the results. They are made 1 GiB large instead of 100 GiB, because the
# store job reads each of them whole, which would take minutes.
STORED = ("training-log.txt", "metrics.jsonl")


def clear(path):
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def put(path, data):
    clear(path)
    path.write_bytes(data)


def link(path, target):
    clear(path)
    path.symlink_to(target)


def make_fifo(path):
    clear(path)
    os.mkfifo(path, 0o600)


def make_directory(path):
    clear(path)
    path.mkdir()


def make_pty(path):
    """Replaces the file by a link to a terminal that this process holds open."""
    _, terminal = os.openpty()
    link(path, os.ttyname(terminal))


def make_sparse(path):
    put(path, b"")
    os.truncate(path, (1 if path.name in STORED else 100) << 30)


def make_unreadable(path):
    if not path.exists():
        put(path, b"{}")
    path.chmod(0)


def edited(value, change):
    """Returns a copy of the JSON value in which each leaf is replaced by `change(key, leaf)`."""
    def walk(key, part):
        if isinstance(part, dict):
            return {name: walk(name, inner) for name, inner in part.items()}
        if isinstance(part, list):
            return [walk(key, inner) for inner in part]
        return change(key, part)
    return walk("", value)


def edit(path, change, otherwise):
    """Changes the leaves of a JSON file by `change`. A file that is not JSON gets the text `otherwise`."""
    try:
        text = json.dumps(edited(json.loads(path.read_bytes()), change))
    except (OSError, ValueError):
        text = otherwise
    put(path, text.replace('"1e999"', "1e999").encode())


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def beyond_all_numbers(path):
    edit(path, lambda key, value: "1e999" if is_number(value) and key != "version" else value, "1e999")


def in_the_year_2100(path):
    edit(path, lambda _, value: YEAR_2100 if is_number(value) and value > 10**9 else value, str(YEAR_2100))


# Values for a forged file: as if the job had held no GPU and taken no time. All unix times become 1.
CHEAP = {"gpus": 0, "elapsed_seconds": 0.0, "exit_code": 0, "signal": 0, "data_missing": True, "revoked": True,
         "size_bytes": 0, "samples": 0}


def to_lower_the_charge(path):
    edit(path, lambda key, value: CHEAP.get(key, 1 if is_number(value) and value > 10**9 else value), "1")


def move_away(path):
    path.rename(path.with_name(path.name + ".moved"))


def replace_by_link(path):
    move_away(path)
    path.symlink_to("/etc")


FILE_FORMS = {
    "fifo": make_fifo,
    "directory": make_directory,
    "dev-zero": lambda path: link(path, "/dev/zero"),
    "link-loop": lambda path: link(path, path.name),
    "pty": make_pty,
    "sparse": make_sparse,
    "unreadable": make_unreadable,
    "empty": lambda path: put(path, b""),
    "brackets": lambda path: put(path, b"[" * 200_000 + b"]" * 200_000),
    "1e999": beyond_all_numbers,
    "nuls": lambda path: put(path, bytes(100_000)),
    "2100": in_the_year_2100,
    "forged": to_lower_the_charge,
}
DIRECTORY_FORMS = {
    "removed": lambda path: shutil.rmtree(path, ignore_errors=True),
    "chmod-0": lambda path: path.chmod(0),
    "chmod-500": lambda path: path.chmod(0o500),
    "link": replace_by_link,
}
FORMS = {**FILE_FORMS, **DIRECTORY_FORMS}
MADE_AFTER_SECONDS = 5


def mark(path):
    """Returns a value that changes when somebody changes the path; None if the path does not exist."""
    with contextlib.suppress(OSError):
        found = path.lstat()
        return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns
    return None


def attack(path, form):
    try:
        FORMS[form](path)
    except OSError:  # main() tries the attack again
        return "failed"
    return mark(path)


def main(attacks_file, stop_file):
    attacks = [(pathlib.Path(attack["path"]), attack["form"]) for attack in json.loads(pathlib.Path(attacks_file).read_text())]
    begun, done = {}, {}
    while not os.path.exists(stop_file):
        for path, form in attacks:
            now = mark(path)
            if now is None and not mark(path.parent):
                continue
            begun.setdefault(path, time.monotonic())
            is_due = now is not None or time.monotonic() > begun[path] + MADE_AFTER_SECONDS
            if path in done and done[path] == now or not is_due:
                continue
            if form in DIRECTORY_FORMS and (path in done or now is None):
                continue  # a directory is attacked once, and only if it exists
            done[path] = attack(path, form)
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
