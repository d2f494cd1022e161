"""The rules of the model gate: metrics in, a verdict out."""

import math
from collections.abc import Mapping
from typing import Any

from governance.steps._failure import Figure
from governance.steps._number import is_number, looks_like_percentage
from governance.steps._parameter import fraction, metric_values
from governance.steps._verdict import Outcome, Verdict
from governance.steps._wording import shown

METRIC_DEFAULTS: dict[str, float] = dict.fromkeys(
    ("min_accuracy", "min_precision", "min_recall"), 0.7
)
"""The model gate's minimums where nobody chose others."""

_ABSENT = object()


def judge_metrics(metrics: Mapping[str, Any], minimums: Mapping[str, float]) -> Verdict:
    """Hold metrics against their minimum.

    Args:
        metrics: Metric names and values; others than those of `minimums` are not looked at.
        minimums: Metric names and the least value that passes, from 0 to 1.

    Raises:
        GateConfigurationError: If `metrics` is no dictionary with strings as names, or a
            minimum is no number from 0 to 1.
    """
    required = {name: fraction(f"min_{name}", value) for name, value in minimums.items()}
    given = metric_values(metrics)
    outcomes = []
    for name, minimum in required.items():
        found = _score(given.get(name, _ABSENT))
        passed = isinstance(found, float) and found >= minimum
        outcomes.append(Outcome(f"min_{name}", name, minimum, found, passed=passed))
    return Verdict(tuple(outcomes))


def _score(value: object) -> Figure:
    """Return a float from 0 to 1, or for everything else a string that says what it is."""
    if value is _ABSENT:
        return "missing"
    if not is_number(value):
        return f"{shown(value)}, not a float"
    if looks_like_percentage(value):
        return f"{shown(value)}, looks like a percentage: divide by 100"
    if value < 0 or value > 1:
        return f"{shown(value)}, not from 0 to 1"
    score = float(value)
    return "NaN" if math.isnan(score) else score
