import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.component import ROOT
from tools.fork_server import ForkServer

pytest.importorskip("uvicorn", reason="needs zenml[server]")


def test_one_message_per_run_on_a_server(tmp_path: Path) -> None:
    """Runs whose steps end at once in processes of their own send one right message each."""
    # One after the other, and few leaves: two cores are enough for a proof on a small scale.
    options = ["--runs=2", "--leaves=3", "--clients=1"]
    done = subprocess.run(
        [sys.executable, "-m", "tools.stress_hooks", "runs", *options],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 runs, 1 of them failing: 2 messages" in done.stdout
    assert list(tmp_path.iterdir()) == []


_PROGRAM = """
import atexit, os, sys, threading, time

def outlive():
    while threading.main_thread().is_alive():
        time.sleep(0.01)
    print("the main thread has ended")

if __name__ == "__main__":
    atexit.register(print, "at exit")
    threading.Thread(target=outlive).start()
    print(sys.argv[1:], os.environ["WORD"], sys.modules["__main__"].__spec__.name)
    if sys.argv[1] == "wait":
        time.sleep(60)
    sys.exit(int(sys.argv[1]))
"""


def test_forked_process_ends_as_any_process(tmp_path: Path) -> None:
    """A warm process is like one of `python -m`: its arguments, its environment and its exit."""
    (tmp_path / "program.py").write_text(_PROGRAM)
    log = tmp_path / "log"
    path = os.pathsep.join([str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    server = ForkServer("json", environment, log)
    process = server.start("program", ["3"], {"WORD": "hello"})
    while (status := process.poll()) is None:
        time.sleep(0.01)
    assert (status, process.poll()) == (3, 3)
    assert log.read_text().splitlines() == [
        "['3'] hello program",
        "the main thread has ended",
        "at exit",
    ]
    killed = server.start("program", ["wait"], {"WORD": "hello"})
    killed.terminate()
    while (status := killed.poll()) is None:
        time.sleep(0.01)
    assert status == -signal.SIGTERM
    server.close()
