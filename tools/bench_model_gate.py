"""What a bootstrap costs beside a loop over scikit-learn, in one run: [--rows N] [--replicates N].

Classes: accuracy, precision, recall and F1 of two classes, the confusion matrix counted in it.
Numbers: MAE, RMSE and R2. The loop draws rows with replacement and calls sklearn.metrics; a few of
its replicates are measured and the rest are taken to cost the same.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from governance.steps._bootstrap import confusion_replicates, weighted_sums
from governance.steps._confusion import coded, confusion, measure_of
from governance.steps._residual import residual_measure_of, residual_terms
from tools.memory import peak

_MEASURED = 5
_MILLION = 1_000_000
_CLASSES = ("accuracy", "precision", "recall", "f1")
_NUMBERS = ("mae", "rmse", "r2")


def main() -> None:
    """Print CPU seconds, their ratio, and extra peak memory, of both kinds of metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=_MILLION)
    parser.add_argument("--replicates", type=int, default=1_000)
    given = parser.parse_args()
    rng = np.random.default_rng(7)
    target = rng.integers(0, 2, given.rows)
    wrong = rng.binomial(1, 0.1, given.rows)
    labels = target, target ^ wrong
    value = rng.normal(50, 10, given.rows)
    numbers = value, value + rng.normal(0, 3, given.rows)
    print(f"{given.rows:,} predictions, {given.replicates:,} replicates; CPU seconds")
    print(f"  {'':10} {'ours':>8} {'loop':>10} {'ratio':>8} {'extra peak MB':>14}")
    for name, ours, theirs, columns in (
        ("classes", bootstrap_classes, loop_classes, labels),
        ("numbers", bootstrap_numbers, loop_numbers, numbers),
    ):
        frame = pd.DataFrame(dict(zip(("target", "prediction"), columns, strict=True)))
        way = partial(ours, frame, given.replicates)
        start = time.process_time()
        way()
        seconds = time.process_time() - start
        one = loop_seconds(theirs, columns) / _MEASURED
        loop = one * given.replicates
        print(f"  {name:10} {seconds:8.2f} {loop:10.1f} {loop / seconds:8.0f} {peak(way):14.0f}")
    print(f"The loop is extrapolated from {_MEASURED} of its replicates.")


def bootstrap_classes(frame: pd.DataFrame, replicates: int) -> Any:
    """Draw confusion matrices."""
    classes, codes = coded(frame["target"], frame["prediction"])
    found = {name: measure_of(name, classes) for name in _CLASSES}
    measures = {name: measure for name, measure in found.items() if measure}
    counts = confusion(codes[0], codes[1], len(classes))
    return confusion_replicates(counts, measures, replicates)


def bootstrap_numbers(frame: pd.DataFrame, replicates: int) -> Any:
    """Draw weighted sums."""
    terms = residual_terms(frame["target"].to_numpy(), frame["prediction"].to_numpy())
    sums = weighted_sums(terms, replicates)
    return [measure(sums) for name in _NUMBERS if (measure := residual_measure_of(name))]


def loop_classes(target: Any, prediction: Any) -> Any:
    """Measure one sample of rows, as scikit-learn's user would."""
    return [
        metrics.accuracy_score(target, prediction),
        metrics.precision_score(target, prediction),
        metrics.recall_score(target, prediction),
        metrics.f1_score(target, prediction),
    ]


def loop_numbers(target: Any, prediction: Any) -> Any:
    """Measure one sample of rows, likewise."""
    return [
        metrics.mean_absolute_error(target, prediction),
        metrics.root_mean_squared_error(target, prediction),
        metrics.r2_score(target, prediction),
    ]


def loop_seconds(way: Callable[[Any, Any], Any], columns: tuple[Any, Any]) -> float:
    """Measure a few replicates of the loop."""
    rng = np.random.default_rng(1)
    rows = len(columns[0])
    start = time.process_time()
    for _ in range(_MEASURED):
        drawn = rng.integers(0, rows, rows)
        way(columns[0][drawn], columns[1][drawn])
    return time.process_time() - start


if __name__ == "__main__":
    main()
