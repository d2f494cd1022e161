"""The components meet in ZenML's facts only, on one real run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Program = Callable[..., Any]

_PIPELINE = """
import sys
import pandas as pd
from zenml import pipeline, step
import governance.materializers
from governance.hooks import pipeline_failure_hook, pipeline_success_hook
from governance.steps import validate_data_quality, validate_model_performance

@step
def load(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"x": range(rows)})

@step
def measure(data: pd.DataFrame) -> dict[str, float]:
    return {"accuracy": float("nan"), "precision": 0.9, "recall": 0.9}

@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def governed(rows: int) -> None:
    data = validate_data_quality(load(rows), min_rows=100)
    validate_model_performance(measure(data))

governed(int(sys.argv[1]))
"""

_READ = """
import json
from pathlib import Path
from zenml.client import Client
run = Client().list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True).items[0]
folder = Path(Client().active_stack.artifact_store.path) / "governance" / "audit" / str(run.id)
print("RECORDS", json.dumps([json.loads(file.read_text()) for file in sorted(folder.iterdir())]))
for step in run.steps.values():
    for versions in step.outputs.values():
        print("MATERIALIZER", step.name, versions[0].materializer.attribute)
"""


def facts(program: Program) -> tuple[list[dict[str, Any]], str]:
    done = program(_READ)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RECORDS "))
    return json.loads(line.removeprefix("RECORDS ")), done.stdout


def test_gate_s_failures_reach_alert_and_audit_record(program: Program, alerts: Path) -> None:
    """What a gate found is in the alert's text and, structured, in the audit record."""
    done = program(_PIPELINE, "12")
    assert done.returncode == 1
    (alert,) = [json.loads(line)["message"] for line in alerts.read_text("utf-8").splitlines()]
    assert "DataQualityError" in alert
    assert "12" in alert
    records, _ = facts(program)
    assert [record["type"] for record in records] == [
        "governance.alert.sent",
        "governance.gate.failed",
        "governance.run.failed",
        "governance.step.failed",
    ], done.stdout + done.stderr
    (check,) = (check for check in records[1]["data"]["checks"] if not check["passed"])
    assert (check["check"], check["found"]) == ("min_rows", 12)
    for record in records[2:]:
        (failure,) = record["data"]["causes"][0]["details"]
        assert failure["found"] == 12
        assert failure["required"]


def test_nan_metric_stops_the_pipeline(program: Program, alerts: Path) -> None:
    """A NaN accuracy fails the model gate, and the alert says so."""
    done = program(_PIPELINE, "120")
    assert done.returncode == 1
    (alert,) = [json.loads(line)["message"] for line in alerts.read_text("utf-8").splitlines()]
    assert "ModelPerformanceError" in alert
    assert "accuracy" in alert
    _, output = facts(program)
    assert "MATERIALIZER load DataFrameMaterializer" in output
    assert "MATERIALIZER validate_data_quality DataFrameMaterializer" in output
