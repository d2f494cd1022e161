"""The largest distance of two samples' distribution functions, exact and mostly unsorted."""

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[Any]
Counts: TypeAlias = NDArray[np.int64]

_BINS = 1 << 16
_BLOCK = 1 << 18  # values at a time; far more than bins


class _Grid(NamedTuple):
    """Bins of one width.

    Attributes:
        low: Where the first one begins.
        scale: How many of them there are in a distance of 1.
        exact: Whether all values of a bin are equal.
    """

    low: Any
    scale: float
    exact: bool

    def places(self, values: Numbers) -> NDArray[np.uint16]:
        """Return the bin of each value; of two values, the larger is in no lower bin."""
        places = np.empty(values.size, np.uint16)
        for start in range(0, values.size, _BLOCK):
            part = values[start : start + _BLOCK]
            if self.exact:
                wide = part if part.dtype.kind == "u" else part.astype(np.int64)
                places[start : start + _BLOCK] = wide - self.low
                continue
            block = part.astype(np.float64)
            block -= np.float64(self.low)
            block *= self.scale
            np.clip(block, 0, _BINS - 1, out=block)
            places[start : start + _BLOCK] = block
        return places


def largest_gap(reference: Numbers, data: Numbers) -> float:
    """Find the largest distance, the D of Kolmogorov and Smirnov.

    Counting in narrow bins gives the distance at the end of each bin, and for each bin how
    much larger it can be inside. Only the values of bins where it can be the largest of all are
    sorted, so no answer rests on the bins.

    Args:
        reference: One or more numbers of any type but bool, without NaN.
        data: The same; numbers of the two types are compared as NumPy does.

    Returns:
        The distance, from 0 to 1.
    """
    kind = np.result_type(reference, data)
    samples = [values.astype(kind, copy=False) for values in (reference, data)]
    sizes = (reference.size, data.size)
    grid = _grid(samples) if sum(sizes) >= _BINS else None
    if grid is None:
        none = np.zeros(1, np.int64)
        gap = _sorted_gap([np.sort(values) for values in samples], sizes, [none, none], None)
        return gap / math.prod(sizes)
    places = [grid.places(values) for values in samples]
    counts = [_counted(place) for place in places]
    # Whole numbers: both shares times the product of the sizes.
    shares = [counts[0].cumsum() * sizes[1], counts[1].cumsum() * sizes[0]]
    before = [np.concatenate(([0], share[:-1])) for share in shares]
    gap = int(np.abs(shares[0] - shares[1]).max())
    inside = np.maximum(shares[0] - before[1], shares[1] - before[0])
    chosen = (inside > gap) & (counts[0] > 0) & (counts[1] > 0)
    if not grid.exact and chosen.any():
        left_out = [np.where(chosen, 0, count).cumsum() for count in counts]
        parts = [np.sort(v[chosen[place]]) for v, place in zip(samples, places, strict=True)]
        gap = max(gap, _sorted_gap(parts, sizes, left_out, grid))
    return gap / math.prod(sizes)


def _sorted_gap(
    parts: list[Numbers], sizes: tuple[int, int], left_out: list[Counts], grid: _Grid | None
) -> int:
    """Find the largest distance at some values, times the product of the sizes.

    A distribution function is ahead of another one by most at one of its own values.

    Args:
        parts: Values of each sample, sorted: all of a bin or none.
        sizes: How many values each sample has.
        left_out: How many values of each are in bins up to some bin and are none of the parts.
        grid: The bins; None if the parts are all values.
    """
    largest = 0
    for own, other in ((0, 1), (1, 0)):
        values = parts[own]
        place: Any = 0 if grid is None else grid.places(values)
        rank = np.arange(1, values.size + 1) + left_out[own][place]
        behind = np.searchsorted(parts[other], values, side="right") + left_out[other][place]
        ahead = rank * sizes[other] - behind * sizes[own]
        largest = max(largest, int(ahead.max()))
    return largest


def _grid(samples: list[Numbers]) -> _Grid | None:
    """Lay bins over all finite values; None where they cannot be told apart by bins."""
    low, high = min(v.min() for v in samples), max(v.max() for v in samples)
    if samples[0].dtype.kind in "iu" and int(high) - int(low) < _BINS:
        return _Grid(low, 1.0, exact=True)
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = [values[np.isfinite(values)] for values in samples]
        low = min(values.min(initial=np.inf) for values in finite)
        high = max(values.max(initial=-np.inf) for values in finite)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        scale = float(np.float64(_BINS) / (np.float64(high) - np.float64(low)))
    return _Grid(low, scale, exact=False) if 0 < scale < math.inf else None


def _counted(places: NDArray[np.uint16]) -> Counts:
    counts = np.zeros(_BINS, np.int64)
    for start in range(0, places.size, _BLOCK):
        counts += np.bincount(places[start : start + _BLOCK], minlength=_BINS)
    return counts
