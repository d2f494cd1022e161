"""What a dictionary of metrics holds under a name: a number, or words that say why not."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from governance.steps._failure import Figure
from governance.steps._metric import Metric, metric_of, plain_name
from governance.steps._number import is_finite, is_number, looks_like_percentage
from governance.steps._wording import column_label, shown

_ANY = Metric("min", -math.inf, math.inf)
_ABSENT = object()
_SIMILAR = 0.87  # one letter in eight, which may only look like the right one


def score_of(metrics: Mapping[str, Any], name: str) -> Figure:
    """Return a metric as a finite float, or for everything else a string that says what it is.

    Args:
        metrics: Metric names and values.
        name: The metric's name; where it is known, the value has to be one that it can have.
    """
    value = metrics.get(name, _ABSENT)
    if value is _ABSENT:
        meant = [key for key in metrics if plain_name(key) == plain_name(name)]
        meant += get_close_matches(name, metrics, n=1, cutoff=_SIMILAR)
        return f"missing, did you mean {column_label(meant[0])!r}?" if meant else "missing"
    if not is_number(value):
        return f"{shown(value)}, not a float"
    metric = metric_of(name) or _ANY
    if metric.most == 1 and looks_like_percentage(value):
        return f"{shown(value)}, looks like a percentage: divide by 100"
    if value < metric.least or value > metric.most:
        return f"{shown(value)}, not {metric.range}"
    return _finite(value)


def scores_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return all metrics that are finite numbers; what is known of their names does not count.

    Args:
        metrics: Metric names and values.
    """
    found = {name: _finite(value) for name, value in metrics.items() if is_number(value)}
    return {name: value for name, value in found.items() if isinstance(value, float)}


def _finite(value: float) -> Figure:
    if is_finite(value):
        return float(value)
    return "NaN" if value != value else f"{shown(value)}, not finite"  # noqa: PLR0124 (NaN)
