"""Reads the files of a trail, many at once where each takes its time."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from governance.hooks._entry import Entry, Unreadable, entry_of
from governance.hooks._redaction import redact
from governance.hooks._selection import Selection, named, similar
from governance.hooks._trail import Trail, is_remote

_AT_ONCE = 16
_BATCH = 256  # files that are in memory together
_QUIET = 2.0  # seconds before anything is said about how far it is
_FOLDER = re.compile(r"[\w-]+", re.ASCII)

# A file of the trail, and what it holds where it could be read at all.
Found = tuple[Entry | Unreadable, bytes | None]


def entries(trail: Trail, selection: Selection) -> Iterator[Found]:
    """Read the records that are asked for.

    Args:
        trail: The trail.
        selection: What is asked for.

    Yields:
        Each record with its bytes. Of a file that is no record nobody can tell whether it is
        asked for: it always is, with its bytes where there are any.
    """
    for entry, data in read(trail, _paths(trail, selection)):
        if isinstance(entry, Unreadable) or selection.takes(entry):
            yield entry, data


def read(trail: Trail, paths: Sequence[str]) -> Iterator[Found]:
    """Read files.

    Args:
        trail: The trail.
        paths: The files, below its root.

    Yields:
        What each file is, and its bytes where there are any; in the given order.
    """

    def one(path: str) -> Found:
        if ".." in path.split("/") or path.startswith("/"):  # an object's name may be anything
            return Unreadable(path, "its path leads out of the trail"), None
        try:
            data = trail.read(path)
        except Exception as error:  # noqa: BLE001 any store's error; it stops no other file
            return Unreadable(path, f"it cannot be read: {redact(str(error))}"), None
        return entry_of(path, data), data

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        each = pool.map if is_remote(trail.root) else map  # a disk waits for nobody
        for start in _progress(range(0, len(paths), _BATCH), len(paths)):
            yield from each(one, paths[start : start + _BATCH])


def resolve(trail: Trail, name: str) -> tuple[dict[str, list[str]], list[str]]:
    """Find the records that a name means.

    Args:
        trail: The trail.
        name: A record's path or id, or a run's id or name; of an id, its first characters will do.

    Returns:
        What it may mean, a record's path or a run's id, each with the paths of its records; and
        similar names, where it means nothing.
    """
    paths, _ = trail.paths()
    if meant := named(name, paths):
        return meant, []
    known: set[str] = set()
    for entry, _ in read(trail, paths):
        if isinstance(entry, Entry):
            if entry.id == name:
                return {entry.path: [entry.path]}, []
            if entry.text("run") == name:
                meant.setdefault(entry.run_id, []).append(entry.path)
            known |= {entry.id, entry.run_id, entry.text("run")}
    return meant, [] if meant else similar(name, known)


def _paths(trail: Trail, selection: Selection) -> list[str]:
    """List a run's records, where its id is given, or else all."""
    if selection.run is not None and _FOLDER.fullmatch(selection.run):
        records, _ = trail.paths(selection.run)
        if records:
            return records
    return trail.paths()[0]


def _progress(starts: range, total: int) -> Iterator[int]:
    """Tell a person who waits how far it is."""
    begun, told = time.monotonic(), False
    for start in starts:
        if sys.stderr.isatty() and time.monotonic() - begun > _QUIET:
            sys.stderr.write(f"\rRead {start:,} of {total:,} files")
            sys.stderr.flush()
            told = True
        yield start
    if told:
        sys.stderr.write("\r\x1b[K")
