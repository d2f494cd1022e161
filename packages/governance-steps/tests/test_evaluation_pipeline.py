"""From data through a model and its metrics to the gate, in real pipelines."""

from typing import Annotated, Any

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zenml import pipeline, step
from zenml.client import Client

from governance.steps import (
    GateConfigurationError,
    evaluate_classifier,
    evaluate_regressor,
    validate_model_performance,
)

LOADERS = {"cancer": load_breast_cancer, "digits": load_digits, "diabetes": load_diabetes}


@step
def split(
    name: str,
) -> tuple[Annotated[pd.DataFrame, "train"], Annotated[pd.DataFrame, "test"]]:
    frame = LOADERS[name](as_frame=True).frame.sample(frac=1, random_state=0)
    return frame.iloc[:-200], frame.iloc[-200:]


@step
def fit(train: pd.DataFrame, *, numeric: bool = False) -> Any:
    model = RidgeCV() if numeric else LogisticRegression(max_iter=500)
    return make_pipeline(StandardScaler(), model).fit(train.drop(columns="target"), train["target"])


def classify(name: str = "cancer", least: float = 0.9) -> None:
    train, test = split(name)
    metrics = evaluate_classifier(fit(train), test, target="target", batch_rows=64)
    thresholds = {
        "f1": {"min": least},
        "roc_auc": {"min": least},
        "log_loss": {"max": 0.5},
        "brier": {"max": 0.3},
    }
    validate_model_performance(
        metrics,
        min_accuracy=least,
        min_precision=least,
        min_recall=least,
        thresholds=thresholds,
        confidence=0.95,
    )


def regress() -> None:
    train, test = split("diabetes")
    metrics = evaluate_regressor(
        fit(train, numeric=True), test, target="target", slices=["sex"], min_slice=10
    )
    validate_model_performance(
        metrics,
        min_accuracy=None,
        min_precision=None,
        min_recall=None,
        thresholds={"mae": {"max": 60}, "r2": {"min": 0.2}, "median_absolute_error": {"max": 60}},
        confidence=0.95,
    )


def run_of(of: Any) -> Any:
    return Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created").items[0]


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("name", ["cancer", "digits", "diabetes"])
def test_model_goes_from_data_to_the_gate(name: str, *, dynamic: bool) -> None:
    """A fitted model is measured and judged in one pipeline, with bounds for all metrics."""
    make: Any = pipeline
    of = make(name=f"{name}_{dynamic}", dynamic=dynamic)(
        regress if name == "diabetes" else classify
    )
    of(**({} if name == "diabetes" else {"name": name, "least": 0.88}))
    run = run_of(of)
    assert str(run.status) == "completed"
    (metrics,) = [
        output.load()
        for name, known in run.steps.items()
        if name.startswith("evaluate_")
        for output in known.outputs["metrics"]
    ]
    assert metrics["sample_size"] == 200
    assert metrics["confidence"] == 0.95
    if name == "diabetes":
        assert sum(group["sample_size"] for group in metrics["slices"]["sex"].values()) == 200


def test_parameters_are_checked_while_a_pipeline_is_composed() -> None:
    """No step runs where a parameter of an evaluation cannot be."""
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (evaluate_classifier, {"average": "mean"}),
        (evaluate_classifier, {"confidence": 95}),
        (evaluate_classifier, {"positive": [1]}),
        (evaluate_regressor, {"batch_rows": 0}),
        (evaluate_regressor, {"min_slice": -1}),
        (evaluate_regressor, {"slices": "age"}),
        (evaluate_regressor, {"features": [1]}),
    ]
    for of, parameters in wrong:

        @pipeline(name="refused")
        def refused(of: Any = of, parameters: Any = parameters) -> None:
            train, test = split("cancer")
            of(fit(train), test, target="target", **parameters)

        (name,) = parameters
        with pytest.raises(GateConfigurationError, match=name):
            refused()
