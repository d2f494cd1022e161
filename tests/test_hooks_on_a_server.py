import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from governance.hooks.testing import messages
from tools.component import ROOT
from tools.fork_server import ForkServer
from tools.zenml_server import zenml_server

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


_CACHED = """
import sys, time
from zenml import pipeline, step
from zenml.client import Client
from zenml.enums import StackComponentType as Kind
from governance.hooks import pipeline_success_hook
from governance.hooks.testing import RecordingAlerterFlavor, messages

@step
def work() -> int:
    return 1

@pipeline(on_success=pipeline_success_hook, enable_cache=True)
def cached() -> None:
    work()

if __name__ == "__main__":
    client = Client()
    client.create_flavor("governance.hooks.testing.RecordingAlerterFlavor", Kind.ALERTER)
    client.create_stack_component("recorder", "recording", Kind.ALERTER, {"path": sys.argv[1]})
    own = client.active_stack_model.components
    kinds = (Kind.ORCHESTRATOR, Kind.ARTIFACT_STORE)
    client.create_stack("s", {Kind.ALERTER: "recorder", **{k: own[k][0].id for k in kinds}})
    client.activate_stack("s")
    cached()
    cached()
    for _ in range(300):
        if len(messages(sys.argv[1])) == 2:
            break
        time.sleep(0.1)
    time.sleep(2)  # in which a message too many would come
"""


def test_server_tells_of_runs_that_call_no_hook(tmp_path: Path) -> None:
    """A real server with the handler tells an all-cached run, and repeats no hook."""
    file = tmp_path / "messages.jsonl"
    program = tmp_path / "program.py"
    program.write_text(_CACHED)
    handler = {"ZENML_SERVER_EVENT_HANDLER_SOURCES": "governance.hooks.server.RunEventHandler"}
    with zenml_server(handler) as server:
        command = [sys.executable, str(program), str(file)]
        subprocess.run(command, env=server.environment(), cwd=tmp_path, check=True)
        log = server.log.read_text("utf-8")
    told = messages(file)
    assert ["completed: cached" in line["message"] for line in told] == [True, True], log


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
