"""By how much receivers of metrics make a run's process longer, those that hang above all."""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.zenml_server import clean_environment

_ROUNDS = 5
_PROGRAM = """
from zenml import pipeline, step
from governance.hooks import monitoring_success_hook

@step(enable_cache=False)
def work() -> int:
    return 1

@pipeline(on_success=monitoring_success_hook)
def flow() -> None:
    work()

flow()
"""


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Print the median seconds by which each receiver makes the process longer."""
    with tempfile.TemporaryDirectory(prefix="governance-metrics-") as folder:
        program = Path(folder) / "flow.py"
        program.write_text(_PROGRAM, "utf-8")
        home = clean_environment() | {"ZENML_CONFIG_PATH": str(Path(folder) / "zenml")}
        with _answers() as good, _hangs() as bad:
            receivers = {
                "none": {},
                "OTLP answers": {"OTEL_EXPORTER_OTLP_ENDPOINT": good},
                "OTLP hangs": {"OTEL_EXPORTER_OTLP_ENDPOINT": bad},
                "Pushgateway hangs": {"GOVERNANCE_HOOKS_PUSHGATEWAY": bad},
                "both hang": {
                    "OTEL_EXPORTER_OTLP_ENDPOINT": bad,
                    "GOVERNANCE_HOOKS_PUSHGATEWAY": bad,
                },
            }
            _seconds(program, home)  # makes ZenML's database
            taken: dict[str, list[float]] = {name: [] for name in receivers}
            for _ in range(_ROUNDS):  # interleaved, so that a busy moment hits all alike
                for name, variables in receivers.items():
                    taken[name].append(_seconds(program, home | variables))
    print(
        f"Seconds longer than without a receiver, median of {_ROUNDS} (load {os.getloadavg()[0]})"
    )
    for name, values in taken.items():
        longer = [a - b for a, b in zip(values, taken["none"], strict=True)]
        print(f"  {name:18} {statistics.median(longer):6.2f}")


def _seconds(program: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, str(program)], env=environment, capture_output=True, check=True)
    return time.perf_counter() - start


@contextlib.contextmanager
def _answers() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def _hangs() -> Iterator[str]:
    """Accept connections, as the operating system does for a listener, and say nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


if __name__ == "__main__":
    main()
