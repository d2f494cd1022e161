"""The mean area under the ROC curves of several classes, and how sure it is."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from governance.steps._proportion import wilson_bounds
from governance.steps._roc import Ranking


def mean_auc(rankings: dict[int, Ranking]) -> float:
    """Return the mean of areas.

    Args:
        rankings: How the rows are ranked for each class, by its number.
    """
    return float(np.mean([ranking.auc for ranking in rankings.values()]))


def mean_auc_interval(
    rankings: dict[int, Ranking], target: NDArray[np.intp], confidence: float
) -> tuple[float, float]:
    """Return an interval of the mean of areas, each end of which is sure at a confidence.

    A row moves the area of each class by its component of DeLong's; the squares of what it
    moves their mean by add up to the mean's variance. The interval is made on the logit scale,
    and Wilson's where nothing varies, as that of one area.

    Args:
        rankings: How the rows are ranked for each class against the rest, by its number.
        target: The number of each row's class.
        confidence: How sure each end is on its own, over 0.5 and below 1.
    """
    mean, moved = mean_auc(rankings), np.zeros(len(target))
    for number, ranking in rankings.items():
        positive = target == number
        moved[positive] += (ranking.above - ranking.auc) / len(ranking.above)
        moved[~positive] += (ranking.below - ranking.auc) / len(ranking.below)
    smallest = min(len(ranking.above) for ranking in rankings.values())
    variance = float((moved**2).sum()) / len(rankings) ** 2 * smallest / (smallest - 1)
    if not variance:
        return wilson_bounds(mean, smallest, confidence)
    middle = math.log(mean / (1 - mean))
    spread = NormalDist().inv_cdf(confidence) * math.sqrt(variance) / (mean * (1 - mean))
    low, high = ((1 + math.tanh((middle + way * spread) / 2)) / 2 for way in (-1, 1))
    return low, high
