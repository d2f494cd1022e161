"""Where a proof takes place: a server, stacks, programs that run pipelines, and the reconciler."""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from tools.fork_server import ForkServer, WarmProcess
from tools.process_warmth import warm_server
from tools.zenml_server import ZenMLServer, zenml_server

_TICK = 0.02
_LOG = "programs.log"
# Longer than any lease that a killed process may leave.
_PATIENCE = 180.0


class Arena:
    """A server with its clients.

    Args:
        server: The server.
        warm: Starts the programs.
        folder: What belongs to the proof is kept below it.
    """

    def __init__(self, server: ZenMLServer, warm: ForkServer, folder: Path) -> None:
        self.folder = folder
        self._server = server
        self._warm = warm
        self._stacks: dict[str, str] = {}

    def register(
        self,
        name: str,
        alerter: tuple[str, Mapping[str, Any]],
        orchestrator: Mapping[str, Any] | None = None,
    ) -> None:
        """Register a stack.

        Args:
            name: Its name.
            alerter: Flavor and configuration of its alerter.
            orchestrator: Configuration of the process orchestrator; ZenML's local one without.
        """
        stack = {"name": name, "alerter": alerter, "orchestrator": orchestrator}
        answer = self._answer()
        self.wait(self._program("setup", {"stacks": [stack], "answer": str(answer)}))
        self._stacks |= json.loads(answer.read_text("utf-8"))

    def submit(
        self, stack: str, pipeline: str, runs: Mapping[str, Mapping[str, Any]]
    ) -> "tuple[WarmProcess, Callable[[], dict[str, Any]]]":
        """Start a program that runs a pipeline.

        Args:
            stack: The stack to run on.
            pipeline: Which pipeline.
            runs: The runs' names and parameters.

        Returns:
            The program, and what gives its answer when it is over.
        """
        answer = self._answer()
        todo = [{"name": name, "parameters": parameters} for name, parameters in runs.items()]
        process = self._program(
            "submit",
            {"pipeline": pipeline, "runs": todo, "answer": str(answer)},
            {"ZENML_ACTIVE_STACK_ID": self._stacks[stack]},
        )
        return process, lambda: dict(json.loads(answer.read_text("utf-8")))

    def wait(self, process: WarmProcess, fine: Container[int] = (0,)) -> float:
        """Wait for a program's end.

        Args:
            process: The program.
            fine: Its exit codes that are no failure.

        Returns:
            When it ended, in seconds of the monotonic clock.

        Raises:
            RuntimeError: If it failed; the error has the end of all programs' output.
        """
        while (status := process.poll()) is None:
            time.sleep(_TICK)
        if status not in fine:
            said = (self.folder / _LOG).read_text("utf-8", errors="replace")[-4_000:]
            raise RuntimeError(f"A program ended with status {status}:\n{said}")
        return time.monotonic()

    def reconcile(self, *arguments: str) -> None:
        """Run `governance-hooks reconcile`.

        Args:
            arguments: Its options.
        """
        # It says with 1 that something is left to tell, as it is while a channel is down.
        self.wait(self._program("reconcile", {"arguments": arguments}), fine=(0, 1))

    def reconcile_until(self, done: Callable[[], bool], *arguments: str) -> None:
        """Reconcile until all is said or patience ends, and two more times after that.

        Args:
            done: Whether all is said.
            arguments: The reconciler's options.
        """
        end = time.monotonic() + _PATIENCE
        while not done() and time.monotonic() < end:
            self.reconcile(*arguments)
            time.sleep(1)
        for _ in range(2):
            self.reconcile(*arguments)

    def _answer(self) -> Path:
        return self.folder / f"answer-{uuid4().hex}.json"

    def _program(
        self, name: str, todo: dict[str, Any], more: Mapping[str, str] | None = None
    ) -> WarmProcess:
        environment = self._server.environment() | dict(more or {})
        return self._warm.start(
            "tools.stress_hooks.programs", [name, json.dumps(todo)], environment
        )


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """Set up an arena, and remove all of it afterwards.

    Yields:
        The arena.
    """
    with tempfile.TemporaryDirectory(prefix="governance-arena-") as name:
        folder = Path(name)
        # Imports while the server starts.
        warm = warm_server(folder / _LOG)
        try:
            with zenml_server() as server:
                yield Arena(server, warm, folder)
        finally:
            warm.close()


# What a headline says of each outcome: the first success after failures is a recovery.
_SAID = {"completed": ("completed", "green again"), "failed": ("failed",)}


def verdict(said: Sequence[str], expected: Mapping[str, str]) -> list[str]:
    """Compare what was said with what happened.

    Args:
        said: All messages that a channel took, each whole, the headline first.
        expected: The outcome of each run by its name: "completed" or "failed".

    Returns:
        What is wrong.
    """
    problems = []
    for name, outcome in expected.items():
        about = [message for message in said if name in message]
        if len(about) != 1:
            problems.append(f"{len(about)} messages about {name} ({outcome})")
        problems += [
            f"{name} {outcome}, but the message says: {message.splitlines()[0]}"
            for message in about
            if not any(word in message.splitlines()[0].lower() for word in _SAID[outcome])
        ]
    return problems


def progress(text: str) -> None:
    """Tell a waiting person where a proof stands.

    Args:
        text: What to tell.
    """
    print(text, file=sys.stderr, flush=True)
