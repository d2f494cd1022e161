"""What a gate leaves in the log, and that a refusal survives a broken record."""

import logging
from typing import Any

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion
from zenml.client import Client

from governance.steps import (
    DataQualityError,
    ModelPerformanceError,
    validate_data_quality,
    validate_model_performance,
)

METRICS = {"accuracy": 0.9, "precision": 0.8, "recall": 0.7}


def log_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        f"{record.levelname} {record.getMessage()}"
        for record in caplog.records
        if record.name.startswith("governance")
    ]


def test_every_verdict_is_one_log_line(
    caplog: pytest.LogCaptureFixture, snapshot: SnapshotAssertion
) -> None:
    """A passed gate tells all its figures, a refusing one those that failed."""
    frame = pd.DataFrame({"age": range(3), "gap": [None, 1, 2]})
    with caplog.at_level(logging.INFO, "governance"):
        validate_data_quality.entrypoint(
            frame, min_rows=1, max_missing_fraction=0.5, required_columns=["age"]
        )
        validate_model_performance.entrypoint(METRICS)
        with pytest.raises(DataQualityError):
            validate_data_quality.entrypoint(
                frame, max_column_missing_fraction=0, required_columns=list("abcdefghij")
            )
        with pytest.raises(ModelPerformanceError):
            validate_model_performance.entrypoint({**METRICS, "recall": None})
    assert log_of(caplog) == snapshot


def test_refusal_survives_a_broken_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the verdict cannot be stored, the refusal is raised all the same."""
    run_in_broken_store(monkeypatch, {}, "ModelPerformanceError: The model did not pass")


def test_verdict_that_cannot_be_recorded_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that cannot leave its record fails, for nobody could tell that it ran."""
    run_in_broken_store(monkeypatch, METRICS, "ConnectionError: no store")


def run_in_broken_store(
    monkeypatch: pytest.MonkeyPatch, metrics: dict[str, Any], error: str
) -> None:
    def refuse(_: object) -> None:
        raise ConnectionError("no store")

    # The store itself has to work, or the run could not be looked at afterwards.
    monkeypatch.setattr("governance.steps._record.log_metadata", refuse)
    with pytest.raises(RuntimeError):
        validate_model_performance(metrics)
    run = Client().list_pipeline_runs(
        pipeline=validate_model_performance.name, sort_by="desc:created"
    )[0]
    (gate,) = run.steps.values()
    told = gate.exception_info
    assert told is not None
    assert error in f"{told.source}: {told.message}"
