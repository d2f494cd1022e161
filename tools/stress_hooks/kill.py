"""Step processes killed with SIGKILL all over their lives: every run is told, and none twice."""

import argparse
import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tools.stress_hooks.arena import Arena, arena, progress, verdict
from tools.stress_hooks.runs import texts

_TICK = 0.005
_STAGES = ("before the step", "in the step", "from its end to the message", "after the message")
# A stage that no event ends, since an earlier one already did, is over after so many seconds.
_LATE = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen.

    Args:
        parser: The proof's own parser.
    """
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stale-after", default="5s", help="given to the reconciler")


def prove(arguments: argparse.Namespace) -> list[str]:
    """Measure a life, kill processes in each of its stages, and reconcile until all is told.

    Args:
        arguments: What was chosen.

    Returns:
        What is wrong.
    """
    chance = random.Random(arguments.seed)  # noqa: S311 a kill that can be repeated
    names = [f"killed-{number:04}" for number in range(arguments.kills + 1)]
    with arena() as place:
        scene = _Scene(place)
        parameters = {
            name: {"marks": str(place.folder / name), "fail": number % 2 == 1}
            for number, name in enumerate(names)
        }
        client, answer = place.submit("kill", "killed", parameters)
        lengths = scene.measure(names[0])
        progress(
            "a life: " + ", ".join(f"{s:.2f} s {n}" for s, n in zip(lengths, _STAGES, strict=True))
        )
        dead = [0] * len(_STAGES)
        for number, name in enumerate(names[1:]):
            stage = number % len(_STAGES)
            dead[stage] += scene.kill(name, stage, chance.random() * lengths[stage])
        place.wait(client)
        expected = answer()["statuses"]
        by_hooks = texts(scene.file)
        place.reconcile_until(
            lambda: all(any(name in text for text in texts(scene.file)) for name in names),
            *("--stale-after", arguments.stale_after),
        )
        said = texts(scene.file)
    print(
        f"{len(names)} runs, {sum(dead)} processes killed ("
        + ", ".join(f"{count} {name}" for count, name in zip(dead, _STAGES, strict=True))
        + f"): {len(by_hooks)} messages by hooks, {len(said) - len(by_hooks)} by reconciling"
    )
    return verdict(said, expected)


class _Scene:
    def __init__(self, place: Arena) -> None:
        self.file = place.folder / "messages.jsonl"
        self._folder = place.folder
        self._processes = place.folder / "processes"
        self._processes.mkdir()
        place.register(
            "kill",
            ("recording", {"path": str(self.file)}),
            {"processes": str(self._processes)},
        )

    def measure(self, name: str) -> list[float]:
        """Follow a run whose process nobody kills, and give the lengths of its stages."""
        times = []
        for event in self._events(name):
            _wait(event)
            times.append(time.monotonic())
        pid = self._pid(name)
        _wait(lambda: not Path(f"/proc/{pid}").exists())
        times.append(time.monotonic())
        return [end - begin for begin, end in itertools.pairwise(times)]

    def kill(self, name: str, stage: int, delay: float) -> bool:
        """Kill a run's process some time into a stage, and tell whether it was still there."""
        _wait(self._events(name)[0])
        pid = self._pid(name)
        _wait(lambda: self._events(name)[stage]() or not Path(f"/proc/{pid}").exists())
        time.sleep(delay)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    def _events(self, name: str) -> list[Callable[[], bool]]:
        return [
            lambda: bool(self._listed(name).exists() and self._listed(name).read_text("utf-8")),
            (self._folder / f"{name}.began").exists,
            (self._folder / f"{name}.ended").exists,
            lambda: any(name in text for text in texts(self.file)),
        ]

    def _listed(self, name: str) -> Path:
        return self._processes / f"{name}.victim"

    def _pid(self, name: str) -> int:
        return int(self._listed(name).read_text("utf-8"))


def _wait(event: Callable[[], bool]) -> None:
    end = time.monotonic() + _LATE
    while not event() and time.monotonic() < end:
        time.sleep(_TICK)
