import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zenml import log_metadata, pipeline, step
from zenml.client import Client

from governance.hooks import AuditTrailError, require_audit_trail

Stack = Callable[..., list[Path]]


@step
def gate() -> int:
    log_metadata({"governance.data_quality": {"verdict": "passed", "checks": []}})
    return 1


@step
def promote(rows: int) -> int:
    return rows


@pipeline(enable_cache=False)
def checked() -> None:
    rows = gate()
    require_audit_trail(after=["gate"])
    promote(rows, after=["require_audit_trail"])


@pipeline(enable_cache=False, dynamic=True)
def checked_dynamically() -> None:
    rows = gate()
    require_audit_trail()
    promote(rows)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the trail where nothing can be written."""
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_URI", str(file / "trail"))
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_SPOOL", str(tmp_path / "spool"))


def last_run() -> Any:
    runs = Client().list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True)
    return runs.items[0]


@pytest.mark.parametrize("governed_pipeline", [checked, checked_dynamically])
def test_run_that_can_be_recorded_goes_on(
    alerters: Stack, monkeypatch: pytest.MonkeyPatch, governed_pipeline: Any
) -> None:
    """The step records what the run did so far, and lets it through."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_REQUIRED", "true")
    alerters()
    governed_pipeline()
    run = last_run()
    assert run.status == "completed"
    folder = Path(Client().active_stack.artifact_store.path) / "governance" / "audit" / str(run.id)
    found = [json.loads(file.read_bytes()) for file in sorted(folder.iterdir())]
    assert [record["type"] for record in found] == [
        "governance.audit.checked",
        "governance.gate.passed",
    ]
    assert {record["data"]["recorded_by"] for record in found} == {"step"}


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("governed_pipeline", [checked, checked_dynamically])
def test_no_audit_no_run(
    alerters: Stack, monkeypatch: pytest.MonkeyPatch, governed_pipeline: Any, tmp_path: Path
) -> None:
    """Where records are required and cannot be written, the run stops before what follows."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_REQUIRED", "true")
    alerters()
    with pytest.raises((AuditTrailError, RuntimeError)):  # a static run's own is ZenML's matter
        governed_pipeline()
    run = last_run()
    problem = run.steps["require_audit_trail"].exception_info
    assert "2 audit records of this run could not be written" in problem.message
    assert run.status == "failed"
    assert "promote" not in run.steps
    assert len(list((tmp_path / "spool").iterdir())) == 2


@pytest.mark.usefixtures("broken")
def test_without_the_setting_it_warns(alerters: Stack, caplog: pytest.LogCaptureFixture) -> None:
    """Where the settings do not require records, the step warns and the run goes on."""
    alerters()
    checked()
    assert last_run().status == "completed"
    assert "so the run goes on" in caplog.text
