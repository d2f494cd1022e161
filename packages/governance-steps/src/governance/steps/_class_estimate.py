"""What predicted classes say of the metrics that follow from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.steps._bootstrap import (
    FEWEST_ROWS,
    confusion_replicates,
    interval,
    paired_replicates,
    replicates_for,
)
from governance.steps._comparison import Paired
from governance.steps._confusion import Counts, Measure, coded, confusion, denominator, measure_of
from governance.steps._estimate import Estimates, Interval, paired_by
from governance.steps._mcnemar import mcnemar
from governance.steps._metric import METRICS, Side, metric_of
from governance.steps._prediction import LABELS, Predictions
from governance.steps._proportion import wilson_bounds

_MOST_CELLS = 1 << 20  # of a table of classes by predictions
_MOST_SAMPLED = 1 << 16  # of one that is resampled, which takes some seconds
_OF_ACCURACY = ("accuracy", "zero_one_loss", "hamming_loss")


def class_estimates(
    rows: Predictions, metrics: Mapping[str, Side | None], confidence: float
) -> Estimates:
    """Estimate the metrics that follow from target and predicted classes.

    Args:
        rows: The predictions.
        metrics: Names of metrics, and which way is better.
        confidence: How sure each bound has to be.
    """
    names = [name for name in LABELS if name in rows.columns]
    wanted = [name for name in metrics if measure_of(name, (0, 1))]
    if not wanted or "prediction" not in names:
        return Estimates()  # to number the values of a regression as classes would take long
    labels, codes = coded(*(rows.columns[name] for name in names))
    measures = {name: measure for name in wanted if (measure := measure_of(name, labels))}
    if not measures or len(labels) ** 2 > _MOST_CELLS:
        return Estimates()
    counts = confusion(codes[0], codes[1], len(labels))
    intervals = class_intervals(counts, labels, measures, confidence)
    if len(names) < len(LABELS) or len(rows) < FEWEST_ROWS or len(labels) ** 3 > _MOST_SAMPLED:
        return Estimates(intervals)
    sides = {name: metrics[name] for name in measures}
    return Estimates(intervals, _compared(codes, len(labels), measures, sides, confidence))


def class_intervals(
    counts: Counts, labels: tuple[Any, ...], measures: Mapping[str, Measure], confidence: float
) -> dict[str, Interval]:
    """Return intervals of metrics of one confusion matrix.

    Shares of rows have Wilson's, others that of a stratified bootstrap, if there are 30 rows
    and no more than 256 classes.

    Args:
        counts: The matrix.
        labels: The classes.
        measures: The metrics.
        confidence: How sure each bound has to be.
    """
    shares = {name: denominator(name, counts, labels) for name in measures}
    intervals = {
        name: wilson_bounds(float(measures[name](counts)), share, confidence)
        for name, share in shares.items()
        if share
    }
    sampled = {name: measure for name, measure in measures.items() if shares[name] is None}
    if sampled and counts.sum() >= FEWEST_ROWS and counts.size <= _MOST_SAMPLED:
        found = confusion_replicates(counts, sampled, replicates_for(confidence))
        for name, replicates in found.items():
            intervals[name] = _widened(name, replicates, counts, confidence)
    return intervals


def _compared(
    codes: list[NDArray[np.intp]],
    classes: int,
    measures: Mapping[str, Measure],
    sides: Mapping[str, Side | None],
    confidence: float,
) -> dict[str, Paired]:
    target, first, second = codes
    flat = (target * classes + first) * classes + second
    cells = np.bincount(flat, minlength=classes**3).reshape((classes,) * 3)
    gained = int(np.count_nonzero((first == target) & (second != target)))
    lost = int(np.count_nonzero((second == target) & (first != target)))
    test = f"McNemar's p {mcnemar(gained, lost).exact:.2g}"
    own, other = cells.sum(axis=2), cells.sum(axis=1)
    found = paired_replicates(cells, measures, replicates_for(confidence))
    return {
        name: paired_by(
            (float(measures[name](own)), float(measures[name](other))),
            differences,
            sides[name],
            confidence,
            test if name.removesuffix("_score") in _OF_ACCURACY else "",
        )
        for name, differences in found.items()
    }


def _widened(
    name: str, replicates: NDArray[np.float64], counts: Counts, confidence: float
) -> Interval:
    """Return a bootstrap's interval, and where nothing varied, what so many rows are worth.

    Without a single error, resampled rows have none either: then the smallest class says how
    sure that is.
    """
    low, high = interval(replicates, confidence)
    if low < high:
        return low, high
    metric = metric_of(name) or METRICS["accuracy"]
    classes = counts.sum(axis=1)
    gap = 1 - wilson_bounds(1.0, int(classes[classes > 0].min()), confidence)[0]
    span = gap * (metric.most - metric.least)
    return max(low - span, metric.least), min(high + span, metric.most)
