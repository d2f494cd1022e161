import json
from collections.abc import Callable
from pathlib import Path

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks._cli import main

Stack = Callable[..., list[Path]]


@step
def work() -> int:
    return 1


@pipeline(enable_cache=False)
def decided() -> None:
    work()


def test_decisions_are_recorded(alerters: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """An override and a release are recorded with who, why and which gate, without secrets."""
    alerters()
    run = decided()
    assert run is not None
    reason = "known gap in the feed, token=abcdef123456"
    assert main(["audit", "override", run.name, "--gate=data_quality", f"--reason={reason}"]) == 0
    assert main(["audit", "release", str(run.id), "--reason=approved by the board"]) == 0
    assert capsys.readouterr().out.count("written") == 2
    folder = Path(Client().active_stack.artifact_store.path) / "governance" / "audit" / str(run.id)
    released, overridden = (json.loads(file.read_bytes()) for file in sorted(folder.iterdir()))
    assert released["type"] == "governance.hold.released"
    assert released["data"]["by"] == "default"
    assert overridden["type"] == "governance.override.granted"
    assert overridden["data"]["gate"] == "data_quality"
    assert overridden["data"]["reason"] == "known gap in the feed, token=[redacted]"


def test_unknown_run_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that does not exist is an error that names it."""
    assert main(["audit", "release", "no-such-run", "--reason=x"]) == 2
    assert "'no-such-run'" in capsys.readouterr().err


def test_decision_waits_while_the_trail_is_down(
    alerters: Stack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A decision that the trail does not take waits, and the exit code says so."""
    (tmp_path / "file").write_text("")
    alerters()
    run = decided()
    assert run is not None
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_URI", str(tmp_path / "file" / "trail"))
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_SPOOL", str(tmp_path / "spool"))
    assert main(["audit", "release", run.name, "--reason=x"]) == 1
    assert "waiting" in capsys.readouterr().out
    assert len(list((tmp_path / "spool").iterdir())) == 1
