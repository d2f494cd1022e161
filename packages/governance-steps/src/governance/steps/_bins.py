"""Bins in which the values of some data are counted beside those of its reference."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Counts: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[Any]

_BLOCK = 32_768  # values of 8 bytes that stay in the processor's L2 cache
_TENTHS = np.arange(1, 10)

MOST_VALUES = 50
"""How many values of text or categories have a bin of their own."""


def counted_numbers(reference: Numbers, data: Numbers) -> tuple[Counts, Counts]:
    """Count numbers between the deciles of the reference.

    A decile belongs to the bin below it. A number that is more than one decile has a bin of its
    own, so that a column of mostly one number is no single bin.

    Args:
        reference: Numbers without NaN, of any type but bool.
        data: The same; numbers of the two types are compared as NumPy does.

    Returns:
        How many of each are in each bin; the first and the last one have no outer end.
    """
    kind = np.result_type(reference, data)
    reference, data = reference.astype(kind, copy=False), data.astype(kind, copy=False)
    edges = _edges(reference)
    return _between(reference, edges), _between(data, edges)


def _edges(reference: Numbers) -> Numbers:
    if not reference.size:
        return reference
    places = np.unique((_TENTHS * reference.size + 9) // 10 - 1)
    deciles, times = np.unique(np.partition(reference, places)[places], return_counts=True)
    repeated = deciles[times > 1]
    if repeated.dtype.kind == "f":
        with np.errstate(over="ignore"):
            below = np.nextafter(repeated, -np.inf)
    else:
        repeated = repeated[repeated > np.iinfo(repeated.dtype).min]
        below = repeated - repeated.dtype.type(1)
    return np.union1d(deciles, below)


def _between(values: Numbers, edges: Numbers) -> Counts:
    below = np.zeros(edges.size + 1, np.int64)
    for start in range(0, values.size, _BLOCK):
        block = values[start : start + _BLOCK]
        below[:-1] += np.array([np.count_nonzero(block <= edge) for edge in edges], np.int64)
    below[-1] = values.size
    return np.diff(below, prepend=0)


def counted_values(reference: Counts, data: Counts) -> tuple[Counts, Counts]:
    """Count values in a bin each, the rare ones and the new ones in one bin each.

    Args:
        reference: How often each value is in the reference. Of values that are there equally
            often, the first have a bin of their own.
        data: How often each of the same values is in the data.

    Returns:
        How many of each are in each bin: of the most frequent values of the reference, of its
        other ones, and of the values that it does not have.
    """
    order = np.argsort(-reference, kind="stable")
    known = order[: np.count_nonzero(reference)]
    frequent, rare, new = known[:MOST_VALUES], known[MOST_VALUES:], order[known.size :]
    told = [
        np.append(counts[frequent], [counts[rare].sum(), counts[new].sum()])
        for counts in (reference, data)
    ]
    return told[0], told[1]
