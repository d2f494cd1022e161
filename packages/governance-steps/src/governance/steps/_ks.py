"""The largest distance of two samples' distribution functions, exact and mostly unsorted."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[Any]
Counts: TypeAlias = NDArray[np.int64]

_BINS = 1 << 16
_FEW = 32  # a bin with more than one value in so many is divided anew
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
    looked at again, in narrower bins if they are many and else sorted: no answer rests on bins.

    Args:
        reference: One or more numbers of any type but bool, without NaN.
        data: The same; numbers of the two types are compared as NumPy does.

    Returns:
        The distance, from 0 to 1.
    """
    kind = np.result_type(reference, data)
    samples = [values.astype(kind, copy=False) for values in (reference, data)]
    sizes = (reference.size, data.size)
    return _gap(samples, sizes, (0, 0)) / math.prod(sizes)


def _gap(samples: list[Numbers], sizes: tuple[int, int], below: tuple[int, int]) -> int:
    """Find the largest distance at some values, times the product of the sizes.

    Args:
        samples: All values of both samples between two numbers.
        sizes: How many values each sample has.
        below: How many values of each are less.
    """
    count = sum(values.size for values in samples)
    grid = _grid(samples) if count >= _BINS else None
    if grid is None:
        return _sorted_gap([np.sort(values) for values in samples], sizes, below, None)
    places = [grid.places(values) for values in samples]
    counts = [_counted(place) for place in places]
    ranks = [own.cumsum() + less for own, less in zip(counts, below, strict=True)]
    # Whole numbers: both shares times the product of the sizes.
    ends = [ranks[0] * sizes[1], ranks[1] * sizes[0]]
    starts = [(ranks[0] - counts[0]) * sizes[1], (ranks[1] - counts[1]) * sizes[0]]
    gap = int(np.abs(ends[0] - ends[1]).max())
    if grid.exact:
        return gap
    inside = np.maximum(ends[0] - starts[1], ends[1] - starts[0])
    chosen = (inside > gap) & (counts[0] > 0) & (counts[1] > 0)
    crowded = chosen & (counts[0] + counts[1] > count // _FEW)
    for place in np.flatnonzero(crowded):
        if inside[place] <= gap:
            continue
        parts = [values[own == place] for values, own in zip(samples, places, strict=True)]
        less = (int(ranks[0][place] - parts[0].size), int(ranks[1][place] - parts[1].size))
        gap = max(gap, _gap(parts, sizes, less))
    chosen &= (inside > gap) & ~crowded
    if chosen.any():
        left_out = [
            np.where(chosen, 0, own).cumsum() + less
            for own, less in zip(counts, below, strict=True)
        ]
        parts = [np.sort(v[chosen[place]]) for v, place in zip(samples, places, strict=True)]
        gap = max(gap, _sorted_gap(parts, sizes, left_out, grid))
    return gap


def _sorted_gap(
    parts: list[Numbers], sizes: tuple[int, int], left_out: Sequence[Any], grid: _Grid | None
) -> int:
    """Find the largest distance at some values, times the product of the sizes.

    A distribution function is ahead of another one by most at one of its own values.

    Args:
        parts: Values of each sample, sorted: all of a bin or none.
        sizes: How many values each sample has.
        left_out: How many values of each that are none of the parts are less: up to each bin,
            or in all.
        grid: The bins; None if there are none.
    """
    largest = 0
    for own, other in ((0, 1), (1, 0)):
        values = parts[own]
        less = left_out if grid is None else [ranks[grid.places(values)] for ranks in left_out]
        rank = np.arange(1, values.size + 1) + less[own]
        behind = np.searchsorted(parts[other], values, side="right") + less[other]
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
