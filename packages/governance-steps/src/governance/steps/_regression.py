"""The metrics of a regression model, from what it says of rows."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from governance.steps._bootstrap import FEWEST_ROWS, interval, replicates_for, weighted_sums
from governance.steps._measured import Measured
from governance.steps._residual import residual_measure_of, residual_terms, total

Floats = NDArray[np.float64]

_FROM_SUMS = ("mae", "rmse", "mape", "r2")
_MEDIAN = "median_absolute_error"


def regression(target: Floats, prediction: Floats, confidence: float | None) -> Measured:
    """Measure a regression model.

    Args:
        target: What was measured.
        prediction: What the model said.
        confidence: How sure each end of an interval has to be; None for no intervals.
    """
    measured = Measured(undecided=_undefined(target))
    names = [name for name in _FROM_SUMS if name not in measured.undecided]
    measures = {name: measure for name in names if (measure := residual_measure_of(name))}
    terms = residual_terms(target, prediction)
    sums = total(terms)
    measured.figures |= {name: float(measure(sums)) for name, measure in measures.items()}
    errors = np.abs(target - prediction)
    measured.figures |= {_MEDIAN: float(np.median(errors)), "max_error": float(errors.max())}
    if confidence is not None and len(target) >= FEWEST_ROWS:
        # A logarithm that is not defined is of no metric here.
        drawn = weighted_sums(terms[:, :-1], replicates_for(confidence))
        for name, measure in measures.items():
            measured.intervals[name] = interval(measure(drawn), confidence)
        measured.intervals[_MEDIAN] = median_interval(errors, confidence)
    return measured


def median_interval(values: Floats, confidence: float) -> tuple[float, float]:
    """Return an interval of the median, each end of which is sure at a confidence.

    Ends are values whose ranks the sign test does not refuse, which is where the bootstrap's
    replicates of the median lie too: B. Efron, Bootstrap methods: another look at the jackknife
    (1979), section 3; W. J. Conover, Practical nonparametric statistics (1999), section 3.2.

    Args:
        values: The values, at least 30.
        confidence: How sure each end is on its own, over 0.5 and below 1.
    """
    count = len(values)
    spread = NormalDist().inv_cdf(confidence) * math.sqrt(count) / 2
    low = max(math.floor(count / 2 - spread), 1)
    ordered = np.sort(values)
    return float(ordered[low - 1]), float(ordered[count - low])


def _undefined(target: Floats) -> dict[str, str]:
    """Tell which metrics a target does not allow."""
    reasons = {}
    if not target.all():
        reasons["mape"] = "the target holds zeros, of which no error is a share"
    if target.min() == target.max():
        reasons["r2"] = "the target is the same in all rows"
    return reasons
