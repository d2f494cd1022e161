"""How far the distribution of some data is from that of its reference.

Each measure comes with the figure that chance alone exceeds in about one of twenty comparisons
of samples of these sizes from one distribution, so that few rows are not taken for drift.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from governance.steps._ks import largest_gap

Counts: TypeAlias = NDArray[np.int64]

_CONFIDENCE = 0.95


class Drift(NamedTuple):
    """How far two distributions are from each other.

    Attributes:
        figure: The measure; 0 for equal distributions.
        chance: What the measure exceeds in one of twenty cases without any drift.
    """

    figure: float
    chance: float


def drift_of_counts(method: str, reference: Counts, data: Counts) -> Drift:
    """Measure the drift between values that have been counted in bins.

    Args:
        method: `psi`, the population stability index (Siddiqi, Credit risk scorecards, 2006);
            `chi2`, Cramer's V, which is the root of chi-squared over the number of values
            (Cramer, Mathematical methods of statistics, 1946); or `js`, the Jensen-Shannon
            distance to base 2, which is the root of the divergence (Lin, Divergence measures
            based on the Shannon entropy, 1991).
        reference: How many values of the reference are in each bin, one or more in all.
        data: The same of the data.
    """
    kept = (reference > 0) | (data > 0)
    reference, data = reference[kept], data[kept]
    if kept.sum() < 2:  # noqa: PLR2004 (one bin has one distribution)
        return Drift(0.0, 0.0)
    return Drift(_FIGURES[method](reference, data), _CHANCES[method](reference, data))


def drift_of_numbers(reference: NDArray[np.number], data: NDArray[np.number]) -> Drift:
    """Measure the largest distance of two distribution functions (Kolmogorov-Smirnov's D).

    Its critical value is the asymptotic one (Smirnov, Table for estimating the goodness of fit
    of empirical distributions, 1948), which for few values is a little too large.

    Args:
        reference: One or more numbers without NaN.
        data: The same of the data.
    """
    critical = math.sqrt(-0.5 * math.log((1 - _CONFIDENCE) / 2))
    return Drift(
        largest_gap(reference, data),
        min(1.0, critical * math.sqrt(1 / reference.size + 1 / data.size)),
    )


def _psi(reference: Counts, data: Counts) -> float:
    """Compute the index; the logarithm of no share at all is taken of half a value's."""
    expected = np.maximum(reference, 0.5) / reference.sum()
    actual = np.maximum(data, 0.5) / data.sum()
    return float(((actual - expected) * np.log(actual / expected)).sum())


def _cramers_v(reference: Counts, data: Counts) -> float:
    """Compute V as of samples of one size: with few values beside many, it is next to nothing."""
    from scipy.stats import chi2_contingency  # noqa: PLC0415 (only who asks for drift pays)

    shares = np.stack([reference / reference.sum(), data / data.sum()])
    return math.sqrt(float(chi2_contingency(shares, correction=False)[0]) / 2)


def _jensen_shannon(reference: Counts, data: Counts) -> float:
    from scipy.spatial.distance import jensenshannon  # noqa: PLC0415 (as above)

    # Equal distributions may round to the root of a figure just below 0.
    return float(np.nan_to_num(jensenshannon(reference, data, base=2)))


def _psi_chance(reference: Counts, data: Counts) -> float:
    """Compute the index's 95th percentile without drift.

    Source: Yurdakul and Naranjo, Statistical properties of the population stability index,
    Journal of Risk Model Validation 14 (4), 2020: it is distributed like chi-squared with a
    degree of freedom less than bins, times the sum of the samples' reciprocal sizes.
    """
    return _percentile(reference.size - 1) * (1 / int(reference.sum()) + 1 / int(data.sum()))


@cache
def _percentile(degrees: int) -> float:
    from scipy.stats import chi2  # noqa: PLC0415 (as above)

    return float(chi2.ppf(_CONFIDENCE, degrees))


def _cramers_v_chance(reference: Counts, data: Counts) -> float:
    """Compute V's 95th percentile without drift, of which a quarter of the index is the square."""
    return min(1.0, math.sqrt(_psi_chance(reference, data) / 4))


def _jensen_shannon_chance(reference: Counts, data: Counts) -> float:
    """Compute the distance's 95th percentile without drift.

    For small drift the divergence, in nats, is an eighth of the index: the second derivatives
    of the two at 1 are 1/4 and 2. Source: Csiszar and Shields, Information theory and
    statistics: a tutorial, 2004, theorem 4.1.
    """
    return min(1.0, math.sqrt(_psi_chance(reference, data) / (8 * math.log(2))))


_FIGURES: dict[str, Callable[[Counts, Counts], float]] = {
    "psi": _psi,
    "chi2": _cramers_v,
    "js": _jensen_shannon,
}
_CHANCES: dict[str, Callable[[Counts, Counts], float]] = {
    "psi": _psi_chance,
    "chi2": _cramers_v_chance,
    "js": _jensen_shannon_chance,
}
