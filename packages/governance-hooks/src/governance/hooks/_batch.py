"""Reads many files of a trail, in an object store at the same time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from governance.hooks._trail import Trail, is_remote

# An object store answers after milliseconds, whatever else it is asked meanwhile.
_THREADS = 16
_CHUNK = 512


def read_all(trail: Trail, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Read files, a few at a time.

    Args:
        trail: The trail.
        paths: Below its root.

    Yields:
        Each path with all of its bytes, in order; None if there is no such file.
    """

    def read(path: str) -> bytes | None:
        try:
            return trail.read(path)
        except FileNotFoundError:
            return None
        except OSError:
            # Where a folder or a link to nowhere is, there is no such file: whoever put it there
            # must not keep us from the others.
            if is_remote(trail.root) or Path(trail.root, path).is_file():
                raise
            return None

    if not is_remote(trail.root):
        for path in paths:
            yield path, read(path)
        return
    with ThreadPoolExecutor(_THREADS) as threads:
        for start in range(0, len(paths), _CHUNK):
            chunk = paths[start : start + _CHUNK]
            yield from zip(chunk, threads.map(read, chunk), strict=True)
