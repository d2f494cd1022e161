"""The metrics of a classifier, from what it says of rows."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from governance.steps._bootstrap import FEWEST_ROWS, interval, replicates_for, weighted_sums
from governance.steps._class_estimate import class_intervals
from governance.steps._confusion import Counts, Measure, confusion, denominator, measure_of
from governance.steps._measured import Measured
from governance.steps._probability import brier_scores, calibration_error, log_losses
from governance.steps._rank_mean import mean_auc, mean_auc_interval
from governance.steps._roc import auc_interval, ranked

_AVERAGED = ("precision", "recall", "f1")
_OF_POSITIVE = ("recall", "f1")
_RANKED = "roc_auc"
_CALIBRATED = "expected_calibration_error"
PROBABILISTIC = (_RANKED, "log_loss", "brier", _CALIBRATED)
"""Metrics that need probabilities."""

_BINARY = 2


def measures_by_class(classes: int, average: str) -> dict[str, Measure]:
    """Return the metrics that follow from predicted classes.

    Args:
        classes: How many there are; of two, the positive one has the number 1.
        average: How one figure is made of those of more than two.
    """
    labels = tuple(range(classes))
    ending = "binary" if classes == _BINARY else average
    names = {name: f"{name}_{ending}" for name in _AVERAGED}
    names = {"accuracy": "accuracy"} | names | {"balanced_accuracy": "balanced_accuracy"}
    found = {name: measure_of(known, labels) for name, known in names.items()}
    return {name: measure for name, measure in found.items() if measure}


def class_figures(counts: Counts, measures: Mapping[str, Measure]) -> dict[str, float]:
    """Return metrics of one confusion matrix.

    Args:
        counts: The matrix.
        measures: The metrics; of two classes without a positive row, recall and F1 are left out.
    """
    nothing_to_find = len(counts) == _BINARY and not counts[1].sum()
    return {
        name: float(measure(counts))
        for name, measure in measures.items()
        if not (nothing_to_find and name in _OF_POSITIVE)
    }


def classification(
    codes: tuple[NDArray[np.intp], NDArray[np.intp]],
    classes: int,
    probability: NDArray[np.float64] | None,
    average: str,
    confidence: float | None,
) -> Measured:
    """Measure a classifier.

    Args:
        codes: The number of each row's class, and of that predicted.
        classes: How many classes there are; of two, the positive one has the number 1.
        probability: How probable each class is, a column for each; None if that is not known.
        average: How one figure is made of those of more than two classes.
        confidence: How sure each end of an interval has to be; None for no intervals.
    """
    target, prediction = codes
    counts = confusion(target, prediction, classes)
    measured = Measured()
    _by_class(measured, counts, measures_by_class(classes, average), confidence)
    if probability is None:
        reason = "the model gives no probabilities of classes that it names"
        measured.undecided |= dict.fromkeys(PROBABILISTIC, reason)
        return measured
    _by_rank(measured, target, probability, confidence)
    _by_probability(measured, target, probability, confidence)
    return measured


def _by_class(
    measured: Measured, counts: Counts, measures: Mapping[str, Measure], confidence: float | None
) -> None:
    labels = tuple(range(len(counts)))
    measured.figures |= class_figures(counts, measures)
    left_out = measures.keys() - measured.figures.keys()
    measured.undecided |= dict.fromkeys(sorted(left_out), "the target has no positive rows")
    measures = {name: measure for name, measure in measures.items() if name not in left_out}
    shares = {name: denominator(name, counts, labels) for name in measures}
    measured.support |= {name: rows for name, rows in shares.items() if rows is not None}
    if confidence is not None:
        others = {name: measures[name] for name in measures if shares[name] is None}
        measured.intervals |= class_intervals(counts, labels, others, confidence)


def _by_rank(
    measured: Measured,
    target: NDArray[np.intp],
    probability: NDArray[np.float64],
    confidence: float | None,
) -> None:
    """Measure the area under the ROC curve: of several classes, the mean of each to the rest."""
    classes = probability.shape[1]
    numbers = [1] if classes == _BINARY else range(classes)
    rankings = {
        number: ranking
        for number in numbers
        if (ranking := ranked(target == number, probability[:, number]))
    }
    if len(rankings) < len(numbers):
        measured.undecided[_RANKED] = "the target has fewer than two rows of a class"
        return
    measured.figures[_RANKED] = mean_auc(rankings)
    if confidence is not None:
        measured.intervals[_RANKED] = (
            auc_interval(rankings[1], confidence)
            if classes == _BINARY
            else mean_auc_interval(rankings, target, confidence)
        )


def _by_probability(
    measured: Measured,
    target: NDArray[np.intp],
    probability: NDArray[np.float64],
    confidence: float | None,
) -> None:
    terms = np.column_stack([log_losses(probability, target), brier_scores(probability, target)])
    names = ("log_loss", "brier")
    measured.figures |= dict(zip(names, terms.mean(axis=0).tolist(), strict=True))
    measured.figures[_CALIBRATED] = calibration_error(*_said_and_came(probability, target))
    if confidence is not None and len(target) >= FEWEST_ROWS:
        sums = weighted_sums(terms, replicates_for(confidence))
        for column, name in enumerate(names, start=1):
            measured.intervals[name] = interval(sums[:, column] / sums[:, 0], confidence)


def _said_and_came(
    probability: NDArray[np.float64], target: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what is held against what for calibration.

    Of two classes, the positive one's probability; of more, that of the most probable class.
    """
    if probability.shape[1] == _BINARY:
        return probability[:, 1], target == 1
    return probability.max(axis=1), probability.argmax(axis=1) == target
