"""The area under the ROC curve, and how sure it is."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from governance.steps._proportion import wilson_bounds

_FEWEST = 2  # rows of each class, without which nothing varies


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well scores rank rows of two classes.

    Args:
        auc: The area: how often a positive row has the higher score; ties count half.
        above: For each positive row, the share of negative rows that it ranks above.
        below: For each negative row, the share of positive rows that it ranks below.
    """

    auc: float
    above: NDArray[np.float64]
    below: NDArray[np.float64]


def ranked(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> Ranking | None:
    """Rank rows by their score.

    Args:
        positive: Which rows are of the positive class.
        score: Each row's score; higher says positive.

    Returns:
        None with fewer than two rows of either class.
    """
    high, low = score[positive], score[~positive]
    if min(len(high), len(low)) < _FEWEST:
        return None
    above = _share_below(np.sort(low), high)
    below = 1 - _share_below(np.sort(high), low)
    return Ranking(float(above.mean()), above, below)


def auc_interval(ranking: Ranking, confidence: float) -> tuple[float, float]:
    """Return an interval of the area, each end of which is sure at a confidence.

    The variance is that of E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Comparing the areas
    under two or more correlated receiver operating characteristic curves, Biometrics 44 (1988),
    837-845; the interval is made on the logit scale, as M. S. Pepe, The statistical evaluation
    of medical tests (2003), section 5.2.5. Where all rows are ranked alike, which would have no
    variance, Wilson's interval for the smaller class says what that is worth.

    Args:
        ranking: How the rows are ranked.
        confidence: How sure each end is on its own.
    """
    auc, error = ranking.auc, _error(ranking.above, ranking.below)
    if not error or auc in {0, 1}:
        return wilson_bounds(auc, min(len(ranking.above), len(ranking.below)), confidence)
    middle = math.log(auc / (1 - auc))
    spread = NormalDist().inv_cdf(confidence) * error / (auc * (1 - auc))
    return _logistic(middle - spread), _logistic(middle + spread)


def auc_difference(first: Ranking, second: Ranking, confidence: float) -> tuple[float, float]:
    """Return by how much an area exceeds another of the same rows, and surely exceeds it.

    Args:
        first: How one model ranks the rows.
        second: How another model ranks the same rows.
        confidence: How sure the second figure is.

    Returns:
        The difference, and its lower bound, by the covariance of DeLong and others.
    """
    error = _error(first.above - second.above, first.below - second.below)
    difference = first.auc - second.auc
    return difference, difference - NormalDist().inv_cdf(confidence) * error


def _error(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    return math.sqrt(above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below))


def _share_below(ordered: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each score the share of others below it; equal ones count half."""
    order = np.argsort(score)  # searched in order, most of what is read is in the cache
    share = np.empty(len(score))
    share[order] = np.searchsorted(ordered, score[order], "left")
    share[order] += np.searchsorted(ordered, score[order], "right")
    return share / (2 * len(ordered))


def _logistic(value: float) -> float:
    return 0.5 * (1 + math.tanh(value / 2))  # which does not overflow
