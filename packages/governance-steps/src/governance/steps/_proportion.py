"""How sure a share of rows is: one-sided bounds, and how many rows would do."""

import math
from statistics import NormalDist


def wilson_bounds(share: float, count: int, confidence: float) -> tuple[float, float]:
    """Return the share that a sample's share surely stands for, at least and at most.

    The score interval of E. B. Wilson, Probable inference, the law of succession, and
    statistical inference, JASA 22 (1927), 209-212. It is never narrower than the sample
    warrants where the share is 0 or 1, as the usual normal interval is.

    Args:
        share: The sample's share, 0 to 1.
        count: How many rows it is a share of, at least 1.
        confidence: How sure each of the two bounds is on its own, over 0.5 and below 1.

    Returns:
        Both bounds. Together they are the two-sided interval at 2 x `confidence` - 1.
    """
    square = NormalDist().inv_cdf(confidence) ** 2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = math.sqrt(square * (share * (1 - share) / count + square / (4 * count**2)))
    spread /= 1 + square / count
    # At both ends one bound is the end itself, from which rounding may lead away.
    low = 0.0 if share == 0 else max(middle - spread, 0.0)
    high = 1.0 if share == 1 else min(middle + spread, 1.0)
    return low, high


def rows_needed(share: float, limit: float, confidence: float) -> int | None:
    """Return how many rows of the same share would put Wilson's bound at a limit.

    Wilson's bounds are the solutions L of (share - L)^2 = z^2 L (1 - L) / n, here solved for n.

    Args:
        share: The sample's share, 0 to 1.
        limit: What the bound has to reach, 0 to 1.
        confidence: How sure the bound has to be, over 0.5 and below 1.

    Returns:
        The number of rows; None where the share itself is no better than the limit, and no
        number would do.
    """
    if share == limit:
        return None
    square = NormalDist().inv_cdf(confidence) ** 2
    return max(math.ceil(square * limit * (1 - limit) / (share - limit) ** 2), 1)
