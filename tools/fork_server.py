"""Starts `python -m MODULE ARGUMENTS...` in a warm interpreter: what is slow was imported before.

A process forked from here ends as any Python process does, with everything that belongs to an
interpreter's exit: non-daemon threads are joined and `atexit` functions run. A child of
`multiprocessing` would skip the latter.
"""

import contextlib
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class WarmProcess:
    """A process that a fork server started.

    Attributes:
        server: The server, whose child it is.
        pid: Its process id.
    """

    server: "ForkServer"
    pid: int

    def poll(self) -> int | None:
        """Ask whether the process is over.

        Returns:
            Its exit status, negative for the signal that killed it; None while it runs.
        """
        status: int | None = self.server.ask({"poll": self.pid})
        return status

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class ForkServer:
    """A warm interpreter and a line to it.

    Args:
        preload: Module that it imports; it must start no thread and open no connection.
        environment: Its environment while it imports; a started process gets one of its own.
        log: File for what it and its processes print; without one they print where this does.
    """

    def __init__(
        self, preload: str, environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs, log.open("wb") if log else contextlib.nullcontext() as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tools.fork_server", str(theirs.fileno()), preload],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno()],
            )
        self._line = ours.makefile("rw", encoding="utf-8")
        ours.close()

    def start(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> WarmProcess:
        """Start a module as a program.

        Args:
            module: The module.
            arguments: Its command line.
            environment: All of its environment variables.

        Returns:
            The process.
        """
        request = {"module": module, "arguments": [*arguments], "environment": {**environment}}
        return WarmProcess(self, self.ask(request))

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request and wait for its answer.

        Args:
            request: What the server's loop knows.

        Returns:
            The answer.

        Raises:
            ConnectionError: If the server is gone.
        """
        with self._lock:
            self._line.write(json.dumps(request) + "\n")
            self._line.flush()
            if not (answer := self._line.readline()):
                raise ConnectionError("The fork server is gone.")
        return json.loads(answer)

    def close(self) -> None:
        """End the server; processes that it started go on."""
        self._line.close()
        self._process.wait()


def _serve(line: socket.socket) -> dict[str, Any] | None:
    """Answer requests until the line is cut; give a started process what it has to do."""
    ended: dict[int, int] = {}
    with line.makefile("rw", encoding="utf-8") as file:
        for text in file:
            request = json.loads(text)
            if (asked := request.get("poll")) is not None:
                if asked not in ended:
                    pid, status = os.waitpid(asked, os.WNOHANG)
                    if pid:
                        ended[pid] = os.waitstatus_to_exitcode(status)
                answer = ended.get(asked)
            elif (answer := os.fork()) == 0:
                return dict(request)
            file.write(json.dumps(answer) + "\n")
            file.flush()
    return None


if __name__ == "__main__":
    _line = socket.socket(fileno=int(sys.argv[1]))
    importlib.import_module(sys.argv[2])
    _request = _serve(_line)
    _line.close()
    if _request is not None:
        os.environ.clear()
        os.environ.update(_request["environment"])
        sys.argv[1:] = _request["arguments"]
        # What `python -m` itself calls: unlike `run_module` it leaves the module in its place as
        # `__main__` while the interpreter exits.
        runpy._run_module_as_main(_request["module"])  # type: ignore[attr-defined]  # noqa: SLF001
