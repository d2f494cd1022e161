import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import _ledger, _outbox, pipeline_failure_hook, pipeline_success_hook
from governance.hooks._cli import main
from governance.hooks._watcher import watcher
from governance.hooks.testing import messages

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]
hooks: dict[str, Any] = {"on_success": pipeline_success_hook, "on_failure": pipeline_failure_hook}


@step
def work(number: int = 0) -> int:
    return number + 1


@pipeline(**hooks, enable_cache=True)
def cached() -> None:
    work(work())


@pipeline(dynamic=True, **hooks, enable_cache=True)
def dynamic_cached() -> None:
    work(work())


@pipeline(**hooks, enable_cache=False)
def completes() -> None:
    work()


@step
def fail() -> None:
    message = "no"
    raise ValueError(message)


@pipeline(**hooks, enable_cache=False)
def fails() -> None:
    fail()


@pipeline(enable_cache=False)
def ungoverned() -> None:
    work()


@pytest.fixture(autouse=True)
def _nothing_before() -> None:
    """Leave the runs and messages of other tests out of this one."""
    for run in Client().list_pipeline_runs(size=500).items:
        Client().delete_pipeline_run(run.id)
    root = Path(Client().active_stack.artifact_store.path)
    shutil.rmtree(root / _outbox.OUTBOX_FOLDER, ignore_errors=True)


@pytest.fixture
def reconcile(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str]]]:
    """Run the command; give its exit code and the lines that it printed."""

    def run(*arguments: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        code = main(["reconcile", *(arguments or ("--since", "3m"))])
        return code, capsys.readouterr().out.splitlines()

    return run


def headlines(file: Path) -> list[str]:
    return [line["message"].splitlines()[0] for line in messages(file, taken=True)]


@pytest.mark.parametrize("pipe", [cached, dynamic_cached], ids=["static", "dynamic"])
def test_run_that_was_all_cached_is_told_once(
    alerters: Stack, governed: Run, reconcile: Any, pipe: Any
) -> None:
    """A run of which every step was cached calls no hook of a static pipeline, and is told."""
    (file,) = alerters("take")
    governed(pipe)
    governed(pipe)
    code, lines = reconcile()
    assert code == 0
    expected = [f"✅ Pipeline completed: {pipe.name}"] * 2
    assert headlines(file) == expected
    assert reconcile()[1][-1].split(": ")[1].startswith("0 told, 0 found")
    assert headlines(file) == expected
    assert lines[-1].startswith("Runs since ")


_PROGRAM = """
import os, signal
from zenml import pipeline, step
from governance.hooks import pipeline_failure_hook, pipeline_success_hook

@step
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

@pipeline(
    dynamic=DYNAMIC,
    on_success=pipeline_success_hook,
    on_failure=pipeline_failure_hook,
    enable_cache=False,
)
def dies() -> None:
    killed()

if __name__ == "__main__":
    dies()
"""


@pytest.mark.any_version
@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
def test_run_that_was_killed_is_told_once(
    alerters: Stack, reconcile: Any, tmp_path: Path, *, dynamic: bool
) -> None:
    """A run whose process was killed calls no hook and never ends, and is told as stale."""
    (file,) = alerters("take")
    program = tmp_path / "program.py"
    program.write_text(f"DYNAMIC = {dynamic}\n{_PROGRAM}")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert reconcile()[0] == 0
    assert headlines(file) == []  # it may still be running
    assert reconcile("--stale-after", "0s")[0] == 0
    (sent,) = messages(file)
    assert "dies" in sent["message"].splitlines()[0]
    assert "No end" in sent["message"]
    assert reconcile("--stale-after", "0s")[0] == 0
    assert len(messages(file)) == 1


def test_dry_run_tells_nothing(alerters: Stack, governed: Run, reconcile: Any) -> None:
    """A dry run lists what would be told, tells none of it, and its exit code says so."""
    (file,) = alerters("refuse")
    governed(completes)
    governed(cached)
    governed(cached)
    before = len(messages(file))
    code, lines = reconcile("--since", "3m", "--dry-run")
    assert code == 1
    found = [line for line in lines if line.startswith("to be told")]
    assert [line.removeprefix("to be told").partition("→")[0].strip() for line in found] == [
        "✅ Pipeline completed: completes",
        "✅ Pipeline completed: cached",
        "✅ Pipeline completed: cached",
    ]
    assert len(messages(file)) == before


def test_what_waits_is_delivered(alerters: Stack, governed: Run, reconcile: Any) -> None:
    """Messages that no alerter took are delivered, late and in order, and none twice."""
    (file,) = alerters({"behaviour": "refuse", "failures": 3})
    governed(completes)
    governed(completes)
    code, lines = reconcile()
    assert code == 1  # the third refusal
    assert [line.split(" ")[0] for line in lines[:-1]] == ["waiting"]
    code, lines = reconcile()
    assert code == 0
    assert [line.split(" ")[0] for line in lines[:-1]] == ["told", "told"]
    assert all("Delayed by" in line["message"] for line in messages(file, taken=True))
    assert reconcile()[0] == 0
    assert len(messages(file, taken=True)) == 2


def test_ungoverned_run_is_left_alone(alerters: Stack, governed: Run, reconcile: Any) -> None:
    """A run whose pipeline names no pipeline hook is nobody's to tell."""
    (file,) = alerters("take")
    governed(ungoverned)
    assert reconcile()[0] == 0
    assert messages(file) == []


def test_stack_without_alerter_is_clean(alerters: Stack, governed: Run, reconcile: Any) -> None:
    """Where nobody is to be told, nothing is left to tell."""
    alerters()
    governed(cached)
    governed(cached)
    assert reconcile()[0] == 0


def test_process_that_died_with_its_claim_is_stood_in_for(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that was claimed and never told is told once the claim has run out."""
    from governance.hooks import _delivery

    def die(*_: object) -> str:
        raise SystemExit

    (file,) = alerters("take")
    with monkeypatch.context() as patched:
        # As if the process had been killed between its claim and its call.
        patched.setattr(_delivery, "post", die)
        patched.setattr(_delivery, "keeping", lambda *_: _nothing())
        patched.setattr(_ledger, "_TERM", timedelta(seconds=-20))
        governed(completes)
    assert messages(file) == []
    code, lines = reconcile()
    assert code == 0
    assert [line.split(" ")[0] for line in lines[:-1]] == ["told"]
    assert len(messages(file)) == 1


def test_claim_of_a_living_process_is_left_to_it(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that another process is about to tell is left to it, and looked at again."""
    from governance.hooks import _delivery

    (file,) = alerters("take")
    with monkeypatch.context() as patched:
        patched.setattr(_delivery, "post", lambda *_: 1 / 0)
        patched.setattr(_delivery, "keeping", lambda *_: _nothing())
        governed(completes)
    code, lines = reconcile()
    assert code == 0
    assert "1 with another process" in lines[-1]
    assert messages(file) == []
    assert reconcile("--dry-run")[1][0].startswith("to be told")


def _nothing() -> Any:
    from governance.hooks._watcher import Task

    return Task(lambda: None, lambda _: None)


def test_other_settings_send_nothing_twice(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hook has told by its own settings is told, whatever the reconciler's settings say."""
    one, two = alerters("take", "take")
    route = json.dumps([{"to": [{"alerter": one.stem}]}])
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", route)
    governed(completes)
    monkeypatch.delenv("GOVERNANCE_HOOKS_ROUTES")
    from governance.hooks._settings import settings

    settings.cache_clear()
    assert reconcile()[0] == 0
    assert (len(messages(one)), len(messages(two))) == (1, 0)


def test_run_that_cannot_be_told_hides_no_other(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that fails to be read is a problem with a name, and the others are told."""
    from governance.hooks import _reconcile
    from governance.hooks._run import announcement_of

    (file,) = alerters("take")
    for _ in range(3):
        governed(cached)
    names = [run.name for run in Client().list_pipeline_runs(sort_by="asc:created").items]

    def refuse_second(run: Any, event: Any, **options: Any) -> Any:
        if run.name == names[1]:
            message = "gone, password=hunter2"
            raise LookupError(message)
        return announcement_of(run, event, **options)

    with monkeypatch.context() as patched:
        patched.setattr(_reconcile, "announcement_of", refuse_second)
        code, lines = reconcile()
    assert code == 1
    assert f"problem        run {names[1]}: gone, password=[redacted]" in lines
    assert len(messages(file)) == 2
    assert main(["reconcile"]) == 0  # it goes on before the run that was not told
    assert len(messages(file)) == 3


def test_failed_run_without_an_end_is_told(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that an orchestrator gave up has failed without an end time, and is told."""
    from sqlalchemy import update
    from zenml.zen_stores.schemas import PipelineRunSchema

    (file,) = alerters("take")
    with monkeypatch.context() as patched:  # as if no hook had been called
        patched.setattr(watcher, "watch", lambda *_: None)
        governed(fails)
    store: Any = Client().zen_store
    with store.engine.begin() as connection:
        connection.execute(update(PipelineRunSchema).values(end_time=None))
    for _ in range(2):
        assert reconcile()[0] == 0
    assert headlines(file) == ["❌ Pipeline failed: fails"]


def test_only_what_may_hang_is_told_as_stale(
    alerters: Stack, governed: Run, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was killed before it started is told as stale, one that is paused is not."""
    from sqlalchemy import update
    from zenml.zen_stores.schemas import PipelineRunSchema

    (file,) = alerters("take")
    with monkeypatch.context() as patched:  # as if no hook had been called
        patched.setattr(watcher, "watch", lambda *_: None)
        governed(completes)
        governed(fails)
    store: Any = Client().zen_store
    states = {"completes": "initializing", "fails": "paused"}
    for run in Client().list_pipeline_runs(hydrate=True).items:
        assert run.pipeline is not None
        ended = {"status": states[run.pipeline.name], "end_time": None, "start_time": None}
        change = update(PipelineRunSchema).where(PipelineRunSchema.id == run.id)  # type: ignore[arg-type]
        with store.engine.begin() as connection:
            connection.execute(change.values(in_progress=True, **ended))
    for _ in range(2):
        assert reconcile("--stale-after", "0s")[0] == 0
    assert headlines(file) == ["⏳ Pipeline does not end: completes"]


def test_next_sweep_goes_on_where_the_last_one_stopped(alerters: Stack, governed: Run) -> None:
    """Without --since a sweep covers what the last one did not, and a margin."""
    from governance.hooks import _heartbeat

    (file,) = alerters("take")
    governed(cached)
    governed(cached)
    main(["reconcile"])
    assert len(messages(file)) == 2
    last = _heartbeat.read()
    assert last is not None
    main(["reconcile"])
    again = _heartbeat.read()
    assert again is not None
    assert again.time > last.time
    assert again.covered_until > last.covered_until


def test_outbox_that_cannot_be_read_is_a_problem(
    alerters: Stack, reconcile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outbox that cannot be looked into is named, and the exit code says it."""

    def unreadable(_: object) -> list[str]:
        message = "403, token=abcdef123456"
        raise PermissionError(message)

    monkeypatch.setattr(_outbox, "folders", unreadable)
    alerters("take")
    code, lines = reconcile()
    assert code == 1
    assert any(
        line.endswith("cannot be read: PermissionError: 403, token=[redacted]") for line in lines
    )


def test_heartbeat_tells_whether_anyone_reconciles(
    alerters: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The heartbeat command's exit code says whether the last reconciliation was long ago."""
    from governance.hooks import _heartbeat
    from governance.hooks._time import now

    alerters()
    old = now() - timedelta(hours=2)
    _heartbeat.write(_heartbeat.Heartbeat(old, old))
    assert main(["heartbeat"]) == 1
    assert main(["heartbeat", "--max-age", "3h"]) == 0
    assert "2 h ago" in capsys.readouterr().out


def test_no_heartbeat_is_an_old_one(alerters: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Where runs were never reconciled, the heartbeat command says so."""
    from governance.hooks import _heartbeat

    alerters()
    root = Path(Client().active_stack.artifact_store.path)
    (root / _heartbeat.HEARTBEAT_FILE).unlink(missing_ok=True)
    assert main(["heartbeat"]) == 1
    assert "never reconciled" in capsys.readouterr().out


def test_settings_that_cannot_be_used_stop_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unlike a hook, the command does nothing with settings that are wrong."""
    assert main(["settings"]) == 0
    assert json.loads(capsys.readouterr().out)["deadline"] == 10
    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLIN", "1")
    assert main(["reconcile"]) == 2
    assert "GOVERNANCE_HOOKS_DEADLIN: there is no such setting" in capsys.readouterr().err


def test_arguments_that_cannot_be_used_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """A duration that is none ends the command with the form that it should have."""
    with pytest.raises(SystemExit) as stopped:
        main(["reconcile", "--since", "yesterday"])
    assert stopped.value.code == 2
    assert 'such as "90s", "15m", "24h" or "7d"' in capsys.readouterr().err


@pytest.mark.any_version
@pytest.mark.parametrize(
    "command", [["governance-hooks"], [sys.executable, "-m", "governance.hooks"]]
)
def test_command_is_installed(command: list[str]) -> None:
    """The command exists by its name and as a module."""
    folder = Path(sys.executable).parent
    done = subprocess.run(
        [*command, "--version"],
        env=os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    from importlib.metadata import version

    assert done.stdout.strip() == version("governance-hooks")
    assert watcher.wait(1)
