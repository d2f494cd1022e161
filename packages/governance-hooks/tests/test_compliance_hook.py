import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import compliance_failure_hook, pipeline_failure_hook
from governance.hooks._watcher import watcher

Stack = Callable[..., list[Path]]


@dataclass(frozen=True)
class Shortfall:
    check: str
    required: float
    found: object

    def as_dict(self) -> dict[str, object]:
        return {"check": self.check, "required": self.required, "found": self.found}


class GateError(ValueError):
    failures = (Shortfall("accuracy", 0.7, "token=abcdef123456"), Shortfall("recall", 0.7, 0.5))


@step
def gate() -> None:
    message = "2 checks failed, api_key=abcdef"
    raise GateError(message)


@pipeline(on_failure=compliance_failure_hook, enable_cache=False)
def recorded() -> None:
    gate()


@pipeline(on_failure=compliance_failure_hook, enable_cache=False, dynamic=True)
def recorded_dynamic() -> None:
    gate()


@pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
def recorded_and_announced() -> None:
    gate()


def records(governed: Any) -> list[dict[str, Any]]:
    """Run a failing pipeline and read its audit records as an auditor would, steps first."""
    with pytest.raises(Exception):  # noqa: B017, PT011 what a failed run raises is ZenML's matter
        governed()
    assert watcher.wait(15)
    run = Client().list_pipeline_runs(size=1, sort_by="desc:created").items[0]
    store = Client().active_stack.artifact_store
    folder = Path(store.path) / "governance" / "audit" / str(run.id)
    return [json.loads(file.read_bytes()) for file in sorted(folder.iterdir(), reverse=True)]


def test_failed_step_is_recorded_with_the_gate_s_details(alerters: Stack) -> None:
    """A failed gate leaves CloudEvents records with its structured failures and no secret."""
    alerters()
    record, of_run = records(recorded)
    assert of_run["type"] == "governance.run.failed"
    assert of_run["data"]["causes"] == record["data"]["causes"]
    assert record["specversion"] == "1.0"
    assert record["type"] == "governance.step.failed"
    (cause,) = record["data"]["causes"]
    assert cause["error"] == "GateError"
    assert cause["details"] == [
        {"check": "accuracy", "required": 0.7, "found": "token=[redacted]"},
        {"check": "recall", "required": 0.7, "found": 0.5},
    ]
    assert "abcdef" not in json.dumps(record)


def test_failed_dynamic_run_is_recorded_once(alerters: Stack) -> None:
    """A dynamic pipeline leaves records of its step and its run, with the gate's failures."""
    alerters()
    of_step, record = records(recorded_dynamic)
    assert of_step["type"] == "governance.step.failed"
    assert record["type"] == "governance.run.failed"
    (cause,) = record["data"]["causes"]
    assert [row["check"] for row in cause["details"]] == ["accuracy", "recall"]


def test_pipeline_failure_hook_records_step_and_run(alerters: Stack) -> None:
    """The pipeline's failure hook alerts, and records the failed step and the failed run."""
    alerters("take")
    assert [record["type"] for record in records(recorded_and_announced)] == [
        "governance.step.failed",
        "governance.run.failed",
        "governance.alert.sent",
    ]
