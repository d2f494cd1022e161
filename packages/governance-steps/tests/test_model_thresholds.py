"""Thresholds of any metric: what passes, what is refused, and what a platform allows."""

import os
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from zenml import pipeline

from governance.steps import (
    Failure,
    GateConfigurationError,
    ModelPerformanceError,
    validate_model_performance,
)
from governance.steps._metric import METRICS, metric_of

check = validate_model_performance.entrypoint
ALONE: dict[str, Any] = dict.fromkeys(("min_accuracy", "min_precision", "min_recall"))
"""The seed's three minimums, switched off."""
GOOD = {"accuracy": 0.9, "precision": 0.8, "recall": 0.75}


def failures(metrics: Any, **parameters: Any) -> tuple[Failure, ...]:
    try:
        assert check(metrics, **parameters) is True
    except ModelPerformanceError as error:
        return error.failures
    return ()


def floors(**limits: Any) -> Any:
    names = {f"GOVERNANCE_STEPS_{name}".upper(): str(value) for name, value in limits.items()}
    return mock.patch.dict(os.environ, names)


def test_regression_is_judged_by_its_own_metrics() -> None:
    """With the three minimums switched off, only what `thresholds` names is judged."""
    thresholds = {"rmse": {"max": 3.2}, "r2": {"min": -0.5}}
    assert failures({"rmse": 3.2, "r2": -0.5}, thresholds=thresholds, **ALONE) == ()
    found = failures({"rmse": 3.3, "r2": -0.6}, thresholds=thresholds, **ALONE)
    assert found == (
        Failure("thresholds", "rmse", "at most 3.2", 3.3),
        Failure("thresholds", "r2", "at least -0.5", -0.6),
    )


def test_all_failures_are_told_in_one_table(snapshot: SnapshotAssertion) -> None:
    """Thresholds come after the three minimums, in one error."""
    thresholds = {"roc_auc": {"min": 0.9}, "log_loss": {"max": 0.4}, "lift": {"min": 2, "max": 9}}
    with pytest.raises(ModelPerformanceError) as caught:
        check({**GOOD, "accuracy": 0.65, "roc_auc": 90, "lift": 1.5}, thresholds=thresholds)
    assert str(caught.value) == snapshot


def test_threshold_replaces_the_default_of_its_metric() -> None:
    """A default that nobody chose gives way; a minimum that was chosen counts as well."""
    metrics = {**GOOD, "accuracy": 0.6}
    thresholds = {"accuracy": {"min": 0.55}}
    assert failures(metrics, thresholds=thresholds) == ()
    assert failures(metrics, thresholds=thresholds, min_accuracy=0.62) == (
        Failure("min_accuracy", "accuracy", 0.62, 0.6),
    )
    assert [failure.check for failure in failures(metrics, thresholds={"f1": {"min": 0}})] == [
        "min_accuracy",
        "thresholds",
    ]


def test_nothing_to_judge_is_a_mistake() -> None:
    """A gate without any rule is refused, for it would pass everything."""
    with pytest.raises(GateConfigurationError, match="Nothing is judged"):
        check(GOOD, **ALONE)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("roc_auc", 1.2, "1.2, looks like a percentage: divide by 100"),
        ("roc_auc", 90, "90, looks like a percentage: divide by 100"),
        ("r2", 1.5, "1.5, looks like a percentage: divide by 100"),
        ("r2", 900.0, "900.0, not at most 1"),
        ("matthews_corrcoef", -1.01, "-1.01, not from -1 to 1"),
        ("rmse", -0.1, "-0.1, not at least 0"),
        ("log_loss", float("inf"), "inf, not finite"),
        ("log_loss", float("nan"), "NaN"),
        ("neg_mean_squared_error", 0.1, "0.1, not at most 0"),
        ("rmse", 10**400, "an integer of over 15 digits, not finite"),
        ("lift", float("-inf"), "-inf, not finite"),
        ("lift", True, "True (bool), not a float"),
    ],
)
def test_value_that_a_metric_cannot_have_never_passes(name: str, value: Any, found: str) -> None:
    """What is known of a metric's values is checked, however lax its threshold."""
    metric = metric_of(name)
    side = metric.side if metric else "min"
    lax = {"min": -1e300, "max": 1e300}[side]
    if metric:
        lax = max(metric.least, lax) if side == "min" else min(metric.most, lax)
    (failure,) = failures({name: value}, thresholds={name: {side: lax}}, **ALONE)
    assert (failure.subject, failure.found) == (name, found)


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ([], "thresholds must be a dictionary"),
        ("roc_auc", "thresholds must be a dictionary"),
        ({1: {"min": 0.5}}, "1: the name of a metric has to be text"),
        ({"": {"min": 0.5}}, "'' \\(str\\): the name of a metric has to be text"),
        ({"ROC AUC": {"min": 0.5}}, "ROC AUC: there is no such metric; did you mean 'roc_auc'"),
        ({" rmse": {"max": 5}}, " rmse: there is no such metric; did you mean 'rmse'"),
        ({"roc_auc": 0.9}, 'roc_auc: expected a bound such as {"min": number}, found 0.9'),
        ({"rmse": {}}, 'rmse: expected a bound such as {"max": number}, found dict'),
        ({"lift": None}, 'lift: expected a bound such as {"min": number}, found None'),
        ({"rmse": {"min": 3}}, "rmse.min: of rmse, lower is better: give max, not min"),
        ({"r2_score": {"max": 0.9}}, "r2_score.max: of r2_score, higher is better: give min"),
        ({"rmse": {"least": 3}}, r"rmse\['least' \(str\)\]: no such bound"),
        ({"roc_auc": {"min": 90}}, "roc_auc.min: expected a number from 0 to 1, found 90"),
        ({"log_loss": {"max": -1}}, "log_loss.max: expected a number at least 0, found -1"),
        ({"r2": {"min": 2}}, "r2.min: expected a number at most 1, found 2"),
        ({"lift": {"min": "2"}}, "lift.min: expected a finite number, found '2'"),
        ({"lift": {"min": float("nan")}}, "lift.min: expected a finite number, found NaN"),
        ({"lift": {"max": float("inf")}}, "lift.max: expected a finite number, found inf"),
        ({"lift": {"max": 10**400}}, "lift.max: expected a finite number, found an integer"),
        ({"lift": {"max": True}}, "lift.max: expected a finite number, found True"),
        ({"lift": {"min": 3, "max": 2}}, "lift: min is greater than max"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_impossible_threshold_is_refused(thresholds: Any, message: str) -> None:
    """A threshold that cannot be meant is an error of the call, whatever the metrics."""
    with pytest.raises(GateConfigurationError, match=message):
        check(GOOD, thresholds=thresholds)


def test_impossible_thresholds_are_told_at_once_while_the_pipeline_is_composed(
    snapshot: SnapshotAssertion,
) -> None:
    """A static pipeline does not start, and its author reads all that is wrong."""

    @pipeline
    def composed() -> None:
        thresholds: Any = {"rmse": {"min": 1}, "auc": {}, "F1": {"min": 0.5}}
        validate_model_performance(GOOD, thresholds=thresholds)

    with pytest.raises(GateConfigurationError) as caught:
        composed.prepare()
    assert str(caught.value) == snapshot


@given(st.sampled_from(sorted(METRICS)), st.floats(allow_nan=True, width=32), st.floats(0, 1))
def test_any_float_passes_only_on_the_right_side(name: str, value: float, part: float) -> None:
    """For every known metric and float: it passes exactly within its range and its bound."""
    metric = METRICS[name]
    least, most = max(metric.least, -5.0), min(metric.most, 5.0)
    limit = least + part * (most - least)
    found = failures({name: value}, thresholds={name: {metric.side: limit}}, **ALONE)
    inside = metric.least <= value <= metric.most and abs(value) != float("inf")
    right = value >= limit if metric.side == "min" else value <= limit
    assert (found == ()) == (inside and right)


def test_threshold_below_the_floor_is_laxer(snapshot: SnapshotAssertion) -> None:
    """A floor on accuracy holds for a threshold of accuracy too, and only for that."""
    thresholds = {"accuracy": {"min": 0.5}, "f1": {"min": 0.1}}
    metrics = {**GOOD, "accuracy": 0.6, "f1": 0.5}
    assert failures(metrics, thresholds=thresholds) == ()
    with floors(min_accuracy=0.8), pytest.raises(GateConfigurationError) as caught:
        check(metrics, thresholds=thresholds)
    assert str(caught.value) == snapshot
    with floors(min_accuracy=0.8, laxer="clamp"):
        (failure,) = failures(metrics, thresholds=thresholds)
    assert failure == Failure("thresholds", "accuracy", "at least 0.8", 0.6)


def test_threshold_below_the_floor_stops_the_composition() -> None:
    """A static pipeline with a threshold below the platform's floor does not start."""

    @pipeline
    def composed() -> None:
        validate_model_performance(GOOD, thresholds={"recall": {"min": 0.5}})

    composed.prepare()
    with floors(min_recall=0.6), pytest.raises(GateConfigurationError, match=r"found 0\.5"):
        composed.prepare()


def test_floor_holds_for_a_metric_that_is_switched_off_but_there() -> None:
    """Switching a minimum off escapes no floor, unless the model has no such metric."""
    thresholds = {"rmse": {"max": 3}}
    with floors(min_accuracy=0.8):
        assert failures({"rmse": 2}, thresholds=thresholds, **ALONE) == ()
        assert failures({"rmse": 2, "accuracy": 0.7}, thresholds=thresholds, **ALONE) == (
            Failure("min_accuracy", "accuracy", 0.8, 0.7),
        )
