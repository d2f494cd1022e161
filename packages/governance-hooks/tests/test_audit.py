import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from zenml import log_metadata, pipeline, step
from zenml.client import Client

from governance.hooks import _audit, pipeline_failure_hook, pipeline_success_hook
from governance.hooks._cli import main
from governance.hooks._run_steps import step_ends
from governance.hooks._spool import Kept
from governance.hooks._watcher import watcher

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]


@step
def gate() -> int:
    check = {"check": "min_rows", "subject": None, "required": 1, "found": 2, "passed": True}
    odd: dict[str, Any] = {
        "governance.data_quality": {"verdict": "passed", "checks": [check], "checks_omitted": 3},
        "governance.bare": {"verdict": "failed"},
        "governance.odd": {"verdict": "passed", "checks": "many", "checks_omitted": "some"},
        "governance.note": {"verdict": "perhaps"},
        "governance.number": 3,
        "another.gate": {"verdict": "passed"},
    }
    log_metadata(odd)
    return 1


@step
def last(rows: int) -> int:
    return rows


@step
def fails() -> None:
    message = "no such table"
    raise LookupError(message)


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def completes() -> None:
    last(gate())


@pipeline(
    on_success=pipeline_success_hook,
    on_failure=pipeline_failure_hook,
    enable_cache=False,
    dynamic=True,
)
def completes_dynamically() -> None:
    last(gate())


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook)
def caches() -> None:
    last(gate())


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def breaks() -> None:
    fails()


def folder_of_last_run() -> Path:
    run = Client().list_pipeline_runs(size=1, sort_by="desc:created").items[0]
    store = Client().active_stack.artifact_store
    return Path(store.path) / "governance" / "audit" / str(run.id)


def records() -> list[dict[str, Any]]:
    return [json.loads(file.read_bytes()) for file in sorted(folder_of_last_run().iterdir())]


def types() -> list[str]:
    return [record["type"].removeprefix("governance.") for record in records()]


@pytest.fixture
def reconcile(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command and give what it printed; other tests' runs make its exit code theirs."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        main(["reconcile", "--since", "3m", *arguments])
        return capsys.readouterr().out

    return run


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give this test a spool of its own."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_SPOOL", str(tmp_path / "spool"))
    return tmp_path / "spool"


@pytest.fixture(name="blocked")
def _blocked() -> Any:
    """Make the store unusable, and usable again."""
    folder = Path(Client().active_stack.artifact_store.path) / "governance"
    kept = folder.with_name("governance.kept")

    def block() -> None:
        if folder.exists():
            folder.rename(kept)
        folder.write_text("a file where a folder should be")

    def unblock() -> None:
        folder.unlink()
        if kept.exists():
            kept.rename(folder)

    block()
    yield unblock
    if folder.is_file():
        unblock()


@pytest.mark.parametrize("governed_pipeline", [completes, completes_dynamically])
def test_completed_run_is_recorded(
    alerters: Stack, governed: Run, governed_pipeline: Any, snapshot: SnapshotAssertion
) -> None:
    """A completed run leaves its gates' verdicts, its end and the alert that was sent."""
    alerters("take")
    governed(governed_pipeline)
    assert types() == [
        "alert.sent",
        "gate.failed",
        "gate.passed",
        "gate.passed",
        "run.completed",
    ]
    _, bare, quality, odd, run = records()
    assert bare["data"]["checks"] == []
    assert odd["data"]["checks_omitted"] == 0
    assert quality["data"]["checks_omitted"] == 3
    assert [end["name"] for end in run["data"]["steps"]] == ["gate", "last"]
    assert all(end["duration"] > 0 for end in run["data"]["steps"])
    for record in (run, quality):
        assert record["data"]["code"]["fingerprint"].startswith("sha256:")
        assert record["data"]["runtime"]["python"] == sys.version.split()[0]
        assert record["data"]["runtime"]["packages"].startswith("sha256:")
        assert {"governance-hooks", "zenml"} <= set(record["data"]["components"])
        assert record["data"]["recorded_by"] == "hook"
    assert sorted(run["data"]) == snapshot


def test_undelivered_alert_is_recorded_once_and_then_sent(
    alerters: Stack, governed: Run, reconcile: Callable[..., str]
) -> None:
    """A message that its channel refuses is recorded as such, and as sent when it went out."""
    alerters({"behaviour": "refuse", "failures": 1})
    governed(breaks)
    assert types() == ["alert.undelivered", "run.failed", "step.failed"]
    (undelivered, *_) = records()
    assert undelivered["data"]["reason"] == "it answered False"
    reconcile()
    assert types() == ["alert.sent", "alert.undelivered", "run.failed", "step.failed"]


def test_reconciler_records_what_no_hook_could(
    alerters: Stack, governed: Run, reconcile: Callable[..., str]
) -> None:
    """An all-cached run, of which no hook is called, is recorded by the reconciler, once."""
    alerters("take")
    governed(caches)
    governed(caches)
    assert not folder_of_last_run().exists()
    run_id = folder_of_last_run().name
    assert f"to be recorded {run_id}/run-completed-caches" in reconcile("--dry-run")
    assert not folder_of_last_run().exists()
    assert f"recorded       {run_id}/run-completed-caches" in reconcile()
    found = records()
    assert [record["type"].removeprefix("governance.") for record in found] == [
        "alert.sent",
        "gate.failed",
        "gate.passed",
        "gate.passed",
        "run.completed",
    ]
    assert found[-1]["data"]["recorded_by"] == "reconcile"
    assert "components" not in found[-1]["data"]
    assert found[1]["data"]["cached"]
    assert run_id not in reconcile()


def test_nothing_is_lost_while_the_store_is_down(
    alerters: Stack,
    governed: Run,
    spool: Path,
    blocked: Callable[[], None],
    reconcile: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With the store down for a whole run its records wait, and all arrive when it is back."""
    alerters()
    governed(breaks)
    assert len(list(spool.iterdir())) == 2
    assert f"They wait in {spool}" in caplog.text
    # Any hook's own records lead the way for those that have waited a minute.
    for file in spool.iterdir():
        os.utime(file, (time.time() - 61,) * 2)
    first = folder_of_last_run()
    blocked()
    governed(completes)
    assert {file.name.rpartition("-breaks-")[0] for file in first.iterdir()} >= {"run-failed"}
    assert len(list(first.iterdir())) == 2
    assert list(spool.iterdir()) == []
    said = reconcile()
    assert first.name not in said
    assert folder_of_last_run().name not in said


def test_what_waits_stays_until_the_store_is_back(
    alerters: Stack,
    governed: Run,
    spool: Path,
    blocked: Callable[[], None],
) -> None:
    """While the store is down records wait, beside what is none; then they are written."""
    alerters()
    governed(breaks)
    _audit.the_spool().folder.joinpath("a-b.json").write_text("{}")  # no record
    watcher.submit(_audit.draining())
    assert watcher.wait(30)
    assert len(list(spool.glob("*.json"))) == 3
    blocked()
    reports: list[tuple[str, str]] = []
    watcher.submit(_audit.draining(report=lambda path, written: reports.append((path, written))))
    assert watcher.wait(30)
    assert [written for _, written in reports] == ["written", "written"]
    assert [file.name for file in spool.iterdir()] == ["a-b.json"]


def test_drain_makes_way(spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long drain goes on in several tasks, so that alerts need not wait for it."""
    for number in range(5):
        _audit.the_spool().put(Kept(str(tmp_path / "trail"), f"run/{number}.json", "{}"))
    monkeypatch.setattr(_audit, "_BATCH", 2)
    watcher.submit(_audit.draining())
    assert watcher.wait(30)
    assert len(list((tmp_path / "trail" / "run").iterdir())) == 5
    assert list(spool.iterdir()) == []


def test_spool_that_cannot_be_written_costs_nothing(
    alerters: Stack, governed: Run, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a spool the records are written all the same, and the log says what is wrong."""
    spool.write_text("a file where a folder should be")
    alerters()
    governed(breaks)
    assert types() == ["run.failed", "step.failed"]
    assert "takes no record" in caplog.text


@pytest.mark.usefixtures("blocked")
def test_record_is_in_the_log_where_all_else_fails(
    alerters: Stack, governed: Run, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A record that neither store nor spool takes is in the log, whole."""
    spool.write_text("a file where a folder should be")
    alerters()
    governed(breaks)
    assert "so it stays in this log" in caplog.text
    assert '"type":"governance.step.failed"' in caplog.text
    assert '"type":"governance.run.failed"' in caplog.text


def test_record_is_in_the_log_where_zenml_does_not_answer(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the hook itself knows is in the log where ZenML tells nothing more."""

    def unreachable(*_: object) -> None:
        message = "no route"
        raise ConnectionError(message)

    monkeypatch.setattr("governance.hooks._step.step_event", unreachable)
    monkeypatch.setattr("governance.hooks._run_record.step_ends", unreachable)
    alerters()
    governed(breaks)
    assert caplog.text.count("so it stays in this log") == 2
    assert "no such table" in caplog.text


def test_recording_is_tried_again(
    alerters: Stack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails once, as on a busy machine, is recorded at the second attempt."""
    calls: list[object] = []

    def busy(run: Any) -> Any:
        calls.append(run)
        if len(calls) == 1:
            raise TimeoutError
        return step_ends(run)

    monkeypatch.setattr("governance.hooks._run_record.step_ends", busy)
    alerters()
    governed(breaks)
    assert types() == ["run.failed", "step.failed"]


@pytest.mark.any_version
def test_killed_process_leaves_its_records_in_the_spool(
    alerters: Stack, tmp_path: Path, spool: Path, reconcile: Callable[..., str]
) -> None:
    """A process killed between store and spool loses nothing: the reconciler writes the rest."""
    alerters()
    program = tmp_path / "killed.py"
    program.write_text(
        """
import os, signal
from zenml import pipeline, step
from governance.hooks import pipeline_failure_hook
from governance.hooks._trail import Trail

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

Trail.write = killed

@step
def fails() -> None:
    raise LookupError("no such table")

@pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
def dies() -> None:
    fails()

dies()
""",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not folder_of_last_run().exists()
    assert len(list(spool.iterdir())) == 1
    reconcile()
    assert types() == ["run.failed", "step.failed"]
    assert list(spool.iterdir()) == []
