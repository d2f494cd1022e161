"""Which metrics the model gate lets through, called as plain Python."""

import pickle
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.steps import Failure, GateConfigurationError, ModelPerformanceError
from governance.steps import validate_model_performance as gate

check = gate.entrypoint
GOOD = {"accuracy": 0.9, "precision": 0.8, "recall": 0.7}


def failures(metrics: Any, **minimums: Any) -> tuple[Failure, ...]:
    """Return the failed checks, none if the gate lets the metrics through."""
    try:
        passed = check(metrics, **minimums)
    except ModelPerformanceError as error:
        return error.failures
    assert passed is True
    return ()


def test_good_metrics_pass() -> None:
    """Metrics at or above their minimum pass; the minimum itself is enough."""
    assert failures(GOOD) == ()


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall"])
def test_each_metric_has_its_own_minimum(name: str) -> None:
    """Each metric is held against its own parameter and no other."""
    values = {**GOOD, name: 0.75}
    assert failures(values, **{f"min_{name}": 0.75}) == ()
    assert failures(values, **{f"min_{name}": 0.76}) == (Failure(f"min_{name}", name, 0.76, 0.75),)


def test_all_failures_are_told_at_once(snapshot: SnapshotAssertion) -> None:
    """One error lists every metric that is bad, absent or no number, as a table."""
    with pytest.raises(ModelPerformanceError) as caught:
        check({"accuracy": 0.6999999, "precision": "0.9", "f1": 1.0})
    assert str(caught.value) == snapshot
    assert [failure.as_dict() for failure in caught.value.failures] == snapshot


class Torch:
    """A scalar of a library that is no Python number."""

    def __float__(self) -> float:
        return 0.9


HOSTILE = [
    (float("nan"), "NaN"),
    (np.float32("nan"), "NaN"),
    (None, "None, not a float"),
    (pd.NA, "pandas.*NAType, not a float"),
    ("0.9", "'0.9' (str), not a float"),
    ("", "'' (str), not a float"),
    ("a long text that could be anything", "a string of 34 characters, not a float"),
    (b"0.9", "bytes, not a float"),
    (True, "True (bool), not a float"),
    (False, "False (bool), not a float"),
    (np.True_, "numpy.bool*, not a float"),
    (float("inf"), "inf, not from 0 to 1"),
    (float("-inf"), "-inf, not from 0 to 1"),
    (-0.1, "-0.1, not from 0 to 1"),
    (-1, "-1, not from 0 to 1"),
    (69.0, "69.0, looks like a percentage: divide by 100"),
    (100, "100, looks like a percentage: divide by 100"),
    (1.0000001, "1.0000001, looks like a percentage: divide by 100"),
    (100.5, "100.5, not from 0 to 1"),
    (10**400, "an integer of over 15 digits, not from 0 to 1"),
    (10**5000, "an integer of over 15 digits, not from 0 to 1"),
    (0.9 + 0j, "complex, not a float"),
    (Decimal("0.9"), "decimal.Decimal, not a float"),
    ([0.9], "list, not a float"),
    ({"mean": 0.9}, "dict, not a float"),
    (np.array(0.9), "numpy.ndarray, not a float"),
    (np.array([0.9, 0.9]), "numpy.ndarray, not a float"),
    (pd.Series([0.9]), "pandas.*Series, not a float"),
    (Torch(), "*.Torch, not a float"),
    (object, "type, not a float"),
]


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall"])
@pytest.mark.parametrize(("value", "found"), HOSTILE, ids=[found for _, found in HOSTILE])
def test_what_is_no_score_never_passes(name: str, value: Any, found: str) -> None:
    """A value that is no number from 0 to 1 fails by name, also where the minimum is 0."""
    metrics = {**dict.fromkeys(GOOD, 1.0), name: value}
    minimums = {f"min_{metric}": 0 for metric in GOOD}
    (failure,) = failures(metrics, **minimums)
    assert (failure.check, failure.subject, failure.required) == (f"min_{name}", name, 0.0)
    assert fnmatchcase(str(failure.found), found)


@pytest.mark.parametrize(
    ("metrics", "accuracy"),
    [
        ({}, "missing"),
        ({"acc": 1.0, "f1": 1.0}, "missing"),
        ({"Accuracy": 1.0}, "missing, did you mean 'Accuracy'?"),
        ({" accuracy": 1.0}, "missing, did you mean ' accuracy'?"),
        ({"\uff41ccuracy": 1.0}, "missing, did you mean '\uff41ccuracy'?"),
    ],
)
def test_absent_metric_never_passes(metrics: dict[str, float], accuracy: str) -> None:
    """A metric that is not there fails, even against a minimum of 0."""
    found = failures(metrics, min_accuracy=0, min_precision=0, min_recall=0)
    assert [(failure.subject, failure.found) for failure in found] == [
        ("accuracy", accuracy),
        ("precision", "missing"),
        ("recall", "missing"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        0.75,
        1,
        1.0,
        np.float64(0.75),
        np.float32(0.75),
        np.float16(0.75),
        np.int64(1),
        Fraction(3, 4),
    ],
    ids=repr,
)
def test_real_numbers_are_scores(value: Any) -> None:
    """Python's and NumPy's real numbers are read as they are."""
    assert failures(dict.fromkeys(GOOD, value)) == ()


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1),
)
def test_any_float_passes_only_if_it_is_a_high_enough_score(value: float, minimum: float) -> None:
    """For every float: it passes if and only if minimum <= value <= 1."""
    found = failures({**GOOD, "accuracy": value}, min_accuracy=minimum)
    assert (found == ()) == (minimum <= value <= 1)


@pytest.mark.parametrize("minimum", [70, -0.1, 1.1, float("nan"), float("inf"), "0.7", [], True])
@pytest.mark.parametrize("name", ["min_accuracy", "min_precision", "min_recall"])
def test_impossible_minimum_is_refused(name: str, minimum: Any) -> None:
    """A minimum that is no number from 0 to 1 is refused by name, whatever the metrics."""
    with pytest.raises(GateConfigurationError, match=f"^{name} must be a number from 0 to 1"):
        check(GOOD, **{name: minimum})


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (None, "metrics must be a dictionary .* found None"),
        (0.9, "metrics must be a dictionary .* found 0.9"),
        ([("accuracy", 0.9)], "metrics must be a dictionary .* found list"),
        ({1: 0.9}, "metrics must have strings as names, found 1 among them"),
    ],
)
def test_what_is_no_dictionary_of_metrics_is_refused(metrics: Any, message: str) -> None:
    """Metrics in another shape are a mistake in the call and not a bad model."""
    with pytest.raises(GateConfigurationError, match=message):
        check(metrics)


def test_error_survives_pickling() -> None:
    """An error that comes back from another process still has its failures."""
    with pytest.raises(ModelPerformanceError) as caught:
        check({})
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (made on the line itself)
    assert type(copy) is ModelPerformanceError
    assert isinstance(copy, ValueError)
    assert (str(copy), copy.failures) == (str(caught.value), caught.value.failures)
