"""The model gate beside the champion in ZenML's model registry."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from zenml import Model, pipeline, step
from zenml.client import Client
from zenml.models import StepRunResponse

from governance.steps import (
    GateConfigurationError,
    ModelPerformanceError,
    validate_model_performance,
)

KEY = "governance.model_performance"


@step
def evaluate(accuracy: float, rmse: float) -> dict[str, Any]:
    return {"accuracy": accuracy, "rmse": rmse, "precision": 0.9, "recall": 0.9, "notes": "x"}


def training(accuracy: float = 0.9, rmse: float = 3.0, max_regression: Any = 0.0) -> None:
    validate_model_performance(
        evaluate(accuracy, rmse),
        thresholds={"rmse": {"max": 5.0}},
        champion="production",
        max_regression=max_regression,
    )


MODEL = "churn"
static_compared = pipeline(name="static_compared", model=Model(name=MODEL))(training)
dynamic_compared = pipeline(name="dynamic_compared", model=Model(name=MODEL), dynamic=True)(
    training
)
unnamed = pipeline(name="unnamed", enable_cache=False)(training)


@pytest.fixture(autouse=True)
def _no_model() -> Iterator[None]:
    """Begin each test without a model."""
    yield
    for model in Client().list_models():
        Client().delete_model(model.id)


def gate_of(of: Any) -> StepRunResponse:
    run = Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created").items[0]
    return run.steps["validate_model_performance"]


def promote() -> None:
    Client().get_model_version(MODEL, "latest").set_stage("production", force=True)


def compared(of: Any, **parameters: Any) -> dict[str, str]:
    """Run the pipeline and return its verdict, and what the gate says of each comparison."""
    try:
        of(**parameters)
    except (RuntimeError, ModelPerformanceError):  # of a static and a dynamic pipeline
        status = "failed"
    else:
        status = "passed"
    verdict: Any = gate_of(of).run_metadata[KEY]
    assert verdict["verdict"] == status
    rules = ("champion", "max_regression")
    return {"verdict": status} | {
        row["subject"] or row["check"]: row["found"]
        for row in verdict["checks"]
        if row["check"] in rules
    }


def test_model_is_compared_with_the_version_in_its_stage() -> None:
    """Without a champion a model passes; beside one, if it is no worse in any metric."""
    of = static_compared
    assert compared(of) == {"verdict": "passed", "champion": "no champion yet"}
    promote()
    equal = compared(of)
    assert equal["verdict"] == "passed"
    assert equal["rmse"] == "3, no better and no worse than 3 of version 1 of churn"
    better = compared(of, accuracy=0.95, rmse=2.5)
    assert better["verdict"] == "passed"
    assert better["accuracy"] == "0.95, better by 0.05 than 0.9 of version 1 of churn"
    assert better["rmse"] == "2.5, better by 0.5 than 3 of version 1 of churn"
    worse = compared(of, accuracy=0.89, rmse=3.1)
    assert worse["verdict"] == "failed"
    assert worse["accuracy"] == "0.89, worse by 0.01 than 0.9 of version 1 of churn"
    assert worse["rmse"] == "3.1, worse by 0.1 than 3 of version 1 of churn"
    allowed = {"accuracy": 0.01, "rmse": 0.1}
    assert compared(of, accuracy=0.89, rmse=3.1, max_regression=allowed)["verdict"] == "passed"


def test_dynamic_pipeline_is_compared_too() -> None:
    """A dynamic pipeline finds the champion of its model as a static one does."""
    assert compared(dynamic_compared) == {"verdict": "passed", "champion": "no champion yet"}
    promote()
    assert compared(dynamic_compared, rmse=3.1)["verdict"] == "failed"


def test_verdict_is_on_the_model_version() -> None:
    """Each run's verdict, also a refusal, is metadata of the model version, in this shape."""
    compared(static_compared)
    promote()
    compared(static_compared, accuracy=0.6)
    first, second = (Client().get_model_version(MODEL, str(n)).run_metadata[KEY] for n in (1, 2))
    assert isinstance(first, dict)
    assert first == {
        "verdict": "passed",
        "checks": first["checks"],
        "checks_omitted": 0,
        "metrics": {"accuracy": 0.9, "precision": 0.9, "recall": 0.9, "rmse": 3.0},
        "thresholds": {
            "accuracy": {"min": 0.7},
            "precision": {"min": 0.7},
            "recall": {"min": 0.7},
            "rmse": {"max": 5.0},
        },
        "sample_size": None,
        "champion": {"version": None, "metrics": {}},
    }
    assert isinstance(second, dict)
    assert second["verdict"] == "failed"
    assert second["champion"] == {"version": "1", "metrics": first["metrics"]}
    assert gate_of(static_compared).run_metadata[KEY] == second


def test_champion_without_metrics_is_no_champion_that_can_be_beaten() -> None:
    """A version in the stage that the gate has never seen fails the comparison, by name."""
    Client().create_model(MODEL)
    Client().create_model_version(MODEL, "by hand").set_stage("production")
    found = compared(static_compared)
    assert found["verdict"] == "failed"
    assert found["rmse"] == (
        "missing in version by hand of churn, which has no metadata governance.model_performance"
    )


@step
def predict() -> pd.DataFrame:
    target = [0, 1] * 500
    wrong = [n % 10 == 0 for n in range(1_000)]
    prediction = [1 - t if w else t for t, w in zip(target, wrong, strict=True)]
    frame: pd.DataFrame = pd.DataFrame(
        {"target": target, "prediction": prediction, "champion": prediction}
    )
    return frame


def test_predictions_are_an_artifact() -> None:
    """Rows from another step give bounds and a comparison, whose figures are in the metadata."""

    @pipeline(name="predicted", enable_cache=False)
    def predicted() -> None:
        validate_model_performance(
            {"accuracy": 0.9, "f1": 10 / 11},
            min_precision=None,
            min_recall=None,
            thresholds={"f1": {"min": 0.8}},
            confidence=0.95,
            predictions=predict(),
        )

    assert compared(predicted)["accuracy"] == (
        "no better and no worse, 95 % sure that it is not worse by more than 0 (McNemar's p 1)"
    )
    told: Any = gate_of(predicted).run_metadata[KEY]
    assert told["sample_size"] == 1_000
    assert told["champion"] == {"version": None, "metrics": {"accuracy": 0.9, "f1": 10 / 11}}
    assert 0.88 < told["bounds"]["accuracy"] < 0.9
    assert 0.88 < told["bounds"]["f1"] < 0.9


def test_stage_needs_the_pipeline_s_model() -> None:
    """Without a model there is no stage to look into, which the gate says before it judges."""
    with pytest.raises(RuntimeError):
        unnamed()
    assert "@pipeline(model=Model(" in str(gate_of(unnamed).exception_info)
    with pytest.raises(GateConfigurationError, match="is a stage of the pipeline's model"):
        validate_model_performance.entrypoint({}, champion="staging")
