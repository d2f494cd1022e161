"""Sixty dictionaries of metrics that must not pass, each refused by key and value."""

import datetime as dt
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from governance.steps import ModelPerformanceError, validate_model_performance

pytestmark = pytest.mark.any_version

check = validate_model_performance.entrypoint
GOOD: dict[str, Any] = {
    "accuracy": 1.0,
    "precision": 1.0,
    "recall": 1.0,
    "roc_auc": 1.0,
    "r2": 1.0,
    "log_loss": 0.0,
    "rmse": 0.0,
    "lift": 9.0,
}
RULES: dict[str, Any] = {
    "min_accuracy": 0,
    "min_precision": 0,
    "min_recall": 0,
    "thresholds": {
        "roc_auc": {"min": 0},
        "r2": {"min": -1e300},
        "log_loss": {"max": 1e300},
        "rmse": {"max": 1e300},
        "lift": {"min": -1e300, "max": 1e300},
    },
}
"""Rules so lax that only what is no such metric misses them."""

NAN, INF = float("nan"), float("inf")
VALUES: list[tuple[str, Any, str]] = [
    ("accuracy", NAN, "NaN"),
    ("accuracy", -NAN, "NaN"),
    ("accuracy", np.float16("nan"), "NaN"),
    ("accuracy", np.float64("inf"), "inf, not from 0 to 1"),
    ("accuracy", INF, "inf, not from 0 to 1"),
    ("accuracy", -INF, "-inf, not from 0 to 1"),
    ("accuracy", None, "None, not a float"),
    ("accuracy", pd.NA, "*NAType, not a float"),
    ("accuracy", pd.NaT, "*NaTType, not a float"),
    ("accuracy", "0.9", "'0.9' (str), not a float"),
    ("accuracy", "90%", "'90%' (str), not a float"),
    ("accuracy", "nan", "'nan' (str), not a float"),
    ("accuracy", "", "'' (str), not a float"),
    ("accuracy", b"0.9", "bytes, not a float"),
    ("accuracy", True, "True (bool), not a float"),
    ("accuracy", np.True_, "numpy.bool*, not a float"),
    ("accuracy", 90, "90, looks like a percentage*"),
    ("accuracy", 90.5, "90.5, looks like a percentage*"),
    ("accuracy", 1.0000000000000002, "1.0000000000000002, looks like a percentage*"),
    ("accuracy", -5e-324, "-5e-324, not from 0 to 1"),
    ("accuracy", Fraction(10, 9), "1.1*, looks like a percentage*"),
    ("accuracy", Decimal("0.9"), "decimal.Decimal, not a float"),
    ("accuracy", Decimal("NaN"), "decimal.Decimal, not a float"),
    ("accuracy", 0.9 + 0j, "complex, not a float"),
    ("accuracy", np.complex64(0.9), "numpy.complex64, not a float"),
    ("accuracy", 10**400, "an integer of over 15 digits, not from 0 to 1"),
    ("accuracy", -(10**5000), "an integer of over 15 digits, not from 0 to 1"),
    ("accuracy", np.uint64(2**63), "an integer of over 15 digits, not from 0 to 1"),
    ("accuracy", [0.9], "list, not a float"),
    ("accuracy", (0.9,), "tuple, not a float"),
    ("accuracy", {0.9}, "set, not a float"),
    ("accuracy", {"mean": 0.9}, "dict, not a float"),
    ("accuracy", np.array(0.9), "numpy.ndarray, not a float"),
    ("accuracy", np.array([0.9, 0.9]), "numpy.ndarray, not a float"),
    ("accuracy", pd.Series([0.9]), "pandas.*Series, not a float"),
    ("accuracy", dt.date(2026, 1, 1), "datetime.date, not a float"),
    ("accuracy", dt.timedelta(1), "datetime.timedelta, not a float"),
    ("accuracy", np.datetime64("2026"), "numpy.datetime64, not a float"),
    ("accuracy", float, "type, not a float"),
    ("accuracy", lambda: 0.9, "function, not a float"),
    ("accuracy", range(1), "range, not a float"),
    ("precision", NAN, "NaN"),
    ("recall", "1", "'1' (str), not a float"),
    ("roc_auc", 1.2, "1.2, looks like a percentage*"),
    ("roc_auc", 90, "90, looks like a percentage*"),
    ("roc_auc", NAN, "NaN"),
    ("r2", 1.01, "1.01, looks like a percentage*"),
    ("r2", -INF, "-inf, not finite"),
    ("log_loss", INF, "inf, not finite"),
    ("log_loss", -0.1, "-0.1, not at least 0"),
    ("rmse", 10**400, "an integer of over 15 digits, not finite"),
    ("rmse", -1, "-1, not at least 0"),
    ("lift", INF, "inf, not finite"),
    ("lift", np.int64, "type, not a float"),
    ("lift", -(10**400), "an integer of over 15 digits, not finite"),
]
NAMES: list[tuple[str, str, str]] = [
    ("accuracy", "Accuracy", "missing, did you mean 'Accuracy'?"),
    ("accuracy", " accuracy\t", "missing, did you mean ' accuracy\\\\t'?"),
    ("roc_auc", "ROC-AUC", "missing, did you mean 'ROC-AUC'?"),
    ("accuracy", "\u0430ccuracy", "missing, did you mean '\u0430ccuracy'?"),  # a Cyrillic letter
    ("accuracy", "\uff41ccuracy", "missing, did you mean '\uff41ccuracy'?"),  # a full-width one
    ("accuracy", "accuracy\u200b", "missing, did you mean 'accuracy\\\\u200b'?"),
    ("recall", "sensitivity", "missing"),
]


def refused(metrics: dict[str, Any]) -> dict[str | None, str]:
    with pytest.raises(ModelPerformanceError) as caught:
        check(metrics, **RULES)
    assert all(str(failure.found) in str(caught.value) for failure in caught.value.failures)
    return {failure.subject: str(failure.found) for failure in caught.value.failures}


def test_the_lax_rules_let_a_metric_pass() -> None:
    """What follows is refused for itself and not by its threshold, and there are sixty of it."""
    assert check({**GOOD, "accuracy": -0.0, "r2": -5}, **RULES) is True
    assert len(VALUES) + len(NAMES) >= 60


@pytest.mark.parametrize(("name", "value", "found"), VALUES, ids=map(str, range(len(VALUES))))
def test_hostile_value_is_refused_by_key_and_value(name: str, value: Any, found: str) -> None:
    """A value that its metric cannot have is one failed check that names both."""
    told = refused({**GOOD, name: value})
    assert list(told) == [name]
    assert fnmatchcase(told[name], found)


@pytest.mark.parametrize(("name", "given", "found"), NAMES)
def test_hostile_name_is_no_name(name: str, given: str, found: str) -> None:
    """A metric under another name is missing, and the name that looks like it is told."""
    metrics = {given if key == name else key: value for key, value in GOOD.items()}
    assert refused(metrics) == {name: found}
