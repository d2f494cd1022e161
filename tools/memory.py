"""How much memory some work takes at its worst moment."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MILLION = 1_000_000


def peak(way: Callable[[], Any]) -> float:
    """Measure how many megabytes more than before a way takes at its worst moment."""
    done = threading.Event()
    before = highest = resident()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.002):
            highest = max(highest, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    way()
    done.set()
    watcher.join()
    return (highest - before) / _MILLION


def resident() -> int:
    """Return how many bytes of memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4_096
