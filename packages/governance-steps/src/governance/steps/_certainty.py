"""How sure a metric is: its bound at a confidence, and where that comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.steps._failure import GateConfigurationError
from governance.steps._metric import metric_of
from governance.steps._model_rules import ModelRules, confidence_given
from governance.steps._parameter import row_count
from governance.steps._proportion import rows_needed, wilson_bounds
from governance.steps._score import score_of
from governance.steps._threshold import Threshold
from governance.steps._wording import shown

DEFAULT_CONFIDENCE = 0.95
"""How sure a comparison on the same rows is where the gate is not told."""

# Shares of a part of the rows: a bound for all of them would be too sure.
_PARTS = {"precision": "predicted positive", "recall": "really positive"}


class UndecidedError(Exception):
    """There is no bound for a metric; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The value that a metric surely reaches, or surely does not exceed.

    Args:
        value: That value.
        source: Where it comes from, in words.
        rows: How many rows it rests on, where it is Wilson's.
    """

    value: float
    source: str
    rows: int | None = None

    @property
    def words(self) -> str:
        """The bound and its source."""
        return f"{self.value:.6g} ({self.source})"

    def shortfall(self, threshold: Threshold, score: float, confidence: float) -> str:
        """Say of a bound that misses a threshold, which the metric itself passes, what would do.

        Args:
            threshold: The threshold.
            score: The metric.
            confidence: How sure the bound is.
        """
        if self.rows is None:
            return f"{self.words}: too uncertain, measure it on more rows"
        enough = rows_needed(score, threshold.limit, confidence)
        if enough is None:
            return f"{self.words}: no number of rows would do for a metric at its limit"
        return (
            f"{self.words}: too few rows, about {enough} with the same {threshold.metric} would do"
        )


def bound_of(
    threshold: Threshold,
    score: float,
    metrics: Mapping[str, Any],
    rules: ModelRules,
    measured: Mapping[str, tuple[float, float]],
) -> Bound:
    """Find the bound of a metric that a threshold has to be held against.

    The first of these that there is: an interval in `metrics`, an interval measured from the
    rows, Wilson's from a number of rows.

    Args:
        threshold: The threshold; the bound is the metric's lower one for a minimum.
        score: The metric.
        metrics: Metric names and values; `intervals`, `confidence`, `sample_size` and `support`
            among them say how sure they are.
        rules: The gate's parameters, of which `confidence` says how sure the bound has to be.
        measured: Intervals from the rows, whose ends are each sure at that confidence.

    Raises:
        UndecidedError: If there is none, or `metrics` holds something else under these names.
    """
    confidence = sure_of(rules)
    name, end = threshold.metric, 0 if threshold.side == "min" else 1
    intervals = _mapping(metrics, "intervals")
    if name in intervals:
        low_high = _interval(name, intervals[name])
        return Bound(low_high[end], f"interval at {_sure(metrics, confidence):g}")
    if name in measured:
        return Bound(measured[name][end], "from the rows of predictions")
    metric = metric_of(name)
    if metric is None or not metric.share:
        raise UndecidedError('give predictions, or metrics["intervals"]')
    rows = _rows(name, metrics, rules.sample_size)
    return Bound(wilson_bounds(score, rows, confidence)[end], f"Wilson, {rows} rows", rows)


def sure_of(rules: ModelRules) -> float:
    """Return how sure a bound has to be, also where only a comparison asks for one."""
    return DEFAULT_CONFIDENCE if rules.confidence is None else rules.confidence


def rows_told(metrics: Mapping[str, Any], sample_size: int | None) -> int | None:
    """Return on how many rows the metrics were measured, None where nobody says.

    Args:
        metrics: Metric names and values, perhaps with `sample_size`.
        sample_size: The gate's parameter, which wins.

    Raises:
        UndecidedError: If what `metrics` holds is no number of rows.
    """
    told = metrics.get("sample_size")
    return sample_size if sample_size is not None or told is None else _count("sample_size", told)


def _rows(name: str, metrics: Mapping[str, Any], sample_size: int | None) -> int:
    """Return how many rows a metric is a share of, which for some is fewer than all."""
    rows = rows_told(metrics, sample_size)
    support = _mapping(metrics, "support")
    if name in support:
        count = _count(f'support"]["{name}', support[name])
        if rows is not None and count > rows:
            raise UndecidedError(f'metrics["support"]["{name}"] is {count}, of {rows} rows in all')
        return count
    part = _PARTS.get(name.removesuffix("_score"))
    if part:
        raise UndecidedError(
            f'give predictions, metrics["intervals"], or in metrics["support"]["{name}"] '
            f"how many rows are {part}"
        )
    if rows is None:
        raise UndecidedError('give sample_size, predictions, or metrics["intervals"]')
    return rows


def _mapping(metrics: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = metrics.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UndecidedError(f'metrics["{key}"] is {shown(value)}, not a dictionary by metric')
    return value


def _interval(name: str, value: object) -> tuple[float, float]:
    place = f'metrics["intervals"]["{name}"]'
    ends = list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []
    if len(ends) != 2:  # noqa: PLR2004 (low and high)
        raise UndecidedError(f"{place} is {shown(value)}, not [low, high]")
    low, high = (score_of({name: end}, name) for end in ends)
    for end in (low, high):
        if not isinstance(end, float):
            raise UndecidedError(f"{place} holds {end}")
    if low > high:  # type: ignore[operator]
        raise UndecidedError(f"{place} has low {shown(low)} above high {shown(high)}")
    return low, high  # type: ignore[return-value]


def _sure(metrics: Mapping[str, Any], confidence: float) -> float:
    told = metrics.get("confidence")
    try:
        sure = confidence_given(told)
    except GateConfigurationError:
        sure = None
    if sure is None:
        raise UndecidedError(
            'metrics["confidence"] has to say how sure each end of the intervals is, over 0.5 '
            f"and below 1; it is {shown(told)}"
        )
    if sure < confidence:
        raise UndecidedError(
            f'metrics["confidence"] is {shown(sure)}, below the {confidence:g} asked for'
        )
    return sure


def _count(key: str, value: object) -> int:
    try:
        return row_count(key, value)
    except GateConfigurationError:
        raise UndecidedError(f'metrics["{key}"] is {shown(value)}, not a number of rows') from None
