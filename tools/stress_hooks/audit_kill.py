"""Writers and sealers of audit records killed with SIGKILL: the next seal and verify are clean."""

import argparse
import json
import os
import random
import signal
import time
from contextlib import suppress

from tools.fork_server import WarmProcess
from tools.stress_hooks.arena import progress
from tools.stress_hooks.vault import STORES, Vault, problems_in

_LONGEST = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen.

    Args:
        parser: The proof's own parser.
    """
    parser.add_argument("--kills", type=int, default=30, help="of each store")
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--sealers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)


def prove(arguments: argparse.Namespace) -> list[str]:
    """Kill one process after the other, verify after each, then seal and verify all.

    Args:
        arguments: What was chosen.

    Returns:
        What is wrong.
    """
    return problems_in(arguments.stores, lambda place, store: _prove(place, store, arguments))


def _prove(place: Vault, store: str, arguments: argparse.Namespace) -> list[str]:
    chance = random.Random(arguments.seed)  # noqa: S311 kills that can be repeated
    problems: list[str] = []
    scene = _Scene(place, arguments.writers, arguments.sealers)
    half_sealed = 0
    try:
        for number in range(arguments.kills):
            time.sleep(chance.random() * _LONGEST)
            kind = ("writer", "sealer")[number % 2]
            scene.kill(kind, chance)
            code, _, said = place.call("verify")
            if code:
                problems.append(f"verify after kill {number + 1}, of a {kind}: {code}: {said}")
                continue
            findings = json.loads(said)["findings"]
            half_sealed += any(one["kind"] == "unanchored" for one in findings)
            progress(f"{store}: kill {number + 1}, of a {kind}")
    finally:
        scene.end()
    files = place.folder.glob("confirmed-*")
    confirmed = {line for file in files for line in file.read_text("utf-8").splitlines()}
    code, _, said = place.call("seal")
    problems += [f"seal: exit code {code}: {said}"] if code else []
    code, seconds, said = place.call("verify")
    if code > 1:
        return [*problems, f"verify: exit code {code}: {said}"]
    found = json.loads(said)
    if code or found["uncovered"]:
        problems.append(f"verify: exit code {code}: {said}")
    covered = place.covered()
    if lost := confirmed - covered:
        problems.append(f"{len(lost)} records are lost that a writer had confirmed: {sorted(lost)}")
    print(
        f"{store}: {arguments.kills} kills: {len(confirmed)} records confirmed, "
        f"{found['verified']} verified in {found['digests']} digests, {len(lost)} lost; "
        f"{half_sealed} verifications met a digest without anchor; verify {seconds:.2f} s"
    )
    return problems


class _Scene:
    """Processes of each kind, of which a killed one is followed by another."""

    def __init__(self, place: Vault, writers: int, sealers: int) -> None:
        self._place = place
        self._number = 0
        self._processes = {
            "writer": [self._start("writer") for _ in range(writers)],
            "sealer": [self._start("sealer") for _ in range(sealers)],
        }

    def kill(self, kind: str, chance: random.Random) -> None:
        """Kill a process of a kind, which should still be there."""
        processes = self._processes[kind]
        victim = chance.randrange(len(processes))
        if (status := processes[victim].poll()) is not None:
            raise RuntimeError(f"A {kind} that should go on ended with status {status}.")
        _kill(processes[victim])
        processes[victim] = self._start(kind)

    def end(self) -> None:
        """Kill them all."""
        for process in [*self._processes["writer"], *self._processes["sealer"]]:
            _kill(process)

    def _start(self, kind: str) -> WarmProcess:
        if kind == "sealer":
            return self._place.audit("seal", times=0)[0]
        self._number += 1
        return self._place.write(0, self._place.folder / f"confirmed-{self._number}")[0]


def _kill(process: WarmProcess) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    while process.poll() is None:
        time.sleep(0.01)
