"""How sure the metrics of a model are by its predictions, and beside the champion's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from numpy import float64
from numpy.typing import NDArray

from governance.steps._bootstrap import interval
from governance.steps._comparison import Paired
from governance.steps._metric import Side

Interval: TypeAlias = tuple[float, float]
"""A lower and an upper bound, each of which is sure on its own."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """What rows of predictions say of metrics.

    Args:
        intervals: Intervals by metric; those that do not follow from the rows are not there.
        paired: Comparisons with the champion by metric.
    """

    intervals: Mapping[str, Interval] = field(default_factory=dict)
    paired: Mapping[str, Paired] = field(default_factory=dict)

    def __or__(self, other: "Estimates") -> "Estimates":
        return Estimates({**self.intervals, **other.intervals}, {**self.paired, **other.paired})


def paired_by(
    figures: tuple[float, float],
    differences: NDArray[float64],
    side: Side | None,
    confidence: float,
    note: str = "",
) -> Paired:
    """Compare two models by resampled differences of a metric.

    Args:
        figures: The metric of the challenger, and of the champion.
        differences: The first less the second, for resampled rows.
        side: Which way is better; None is taken as higher.
        confidence: How sure the least improvement has to be.
        note: What else is to be told.
    """
    challenger, champion = figures
    low, high = interval(differences, confidence)
    if side == "max":
        return Paired(champion, champion - challenger, -high, note)
    return Paired(champion, challenger - champion, low, note)
