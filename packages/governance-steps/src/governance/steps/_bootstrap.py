"""How sure a metric is, by resampling: of counts, and of sums over rows."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from governance.steps._confusion import Counts, Measure

SEED = 20_260_701
"""The same rows get the same verdict."""

FEWEST_ROWS = 30
"""Below this, resampled rows say too little of how rows vary."""

_BLOCK = 1 << 20  # numbers that a block of replicates holds: 8 MB
_WIDE, _TALL = 1 << 12, 1 << 4  # rows and replicates of a block of weights, which the cache holds
_IN_TAIL = 20  # replicates beyond a bound, so that its own error is small
_REPLICATES = 2_000


def replicates_for(confidence: float) -> int:
    """Return how many replicates a bound needs.

    Args:
        confidence: How sure the bound has to be.
    """
    return max(_REPLICATES, math.ceil(_IN_TAIL / (1 - confidence)))


def resampled(cells: NDArray[np.int64], replicates: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Resample rows that differ only in the cell of a table that they are counted in.

    To draw as many rows of a class with replacement and to count them by cell is to draw the
    counts from a multinomial distribution: this is the bootstrap of rows, stratified by class,
    in a time that does not depend on the number of rows.
    B. Efron, R. Tibshirani, An introduction to the bootstrap (1993), chapter 8.

    Args:
        cells: A row for each class; how many rows of the class each cell holds.
        replicates: How many tables to draw.
        seed: Where the random numbers begin.

    Returns:
        Blocks of tables, one after the other.
    """
    random = np.random.default_rng(seed)
    rows = cells.sum(axis=1)
    shares = cells / np.maximum(rows, 1)[:, None]
    shares[:, 0] += rows == 0  # a distribution, though nothing is drawn from it
    size = max(1, _BLOCK // cells.size)
    for start in range(0, replicates, size):
        block = min(size, replicates - start)
        yield np.stack(
            [
                random.multinomial(count, share, size=block)
                for count, share in zip(rows, shares, strict=True)
            ],
            axis=1,
        )


def confusion_replicates(
    counts: Counts, measures: Mapping[str, Measure], replicates: int, seed: int = SEED
) -> dict[str, NDArray[np.float64]]:
    """Return metrics of resampled confusion matrices, which all metrics share.

    Args:
        counts: One confusion matrix.
        measures: The metrics.
        replicates: How many matrices to draw.
        seed: Where the random numbers begin.
    """
    blocks = [
        {name: measure(block) for name, measure in measures.items()}
        for block in resampled(counts, replicates, seed)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in measures}


def paired_replicates(
    cells: NDArray[np.int64], measures: Mapping[str, Measure], replicates: int, seed: int = SEED
) -> dict[str, NDArray[np.float64]]:
    """Return differences of metrics of two models, the first less the second.

    Args:
        cells: Rows by class, by the class that the first model predicts, and by that of the
            second.
        measures: The metrics.
        replicates: How many times to draw all rows.
        seed: Where the random numbers begin.
    """
    classes = len(cells)
    found: dict[str, list[NDArray[np.float64]]] = {name: [] for name in measures}
    for block in resampled(cells.reshape(classes, -1), replicates, seed):
        tables = block.reshape(-1, classes, classes, classes)
        first, second = tables.sum(axis=3), tables.sum(axis=2)
        for name, measure in measures.items():
            found[name].append(measure(first) - measure(second))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def weighted_sums(
    terms: NDArray[np.float64], replicates: int, seed: int = SEED
) -> NDArray[np.float64]:
    """Return sums of resampled rows, for metrics that follow from sums.

    Each row counts as often as a random weight says that is all but a Poisson number of mean 1,
    which for many rows is the bootstrap: N. Chamandy, O. Muralidharan, A. Najmi, S. Naidu,
    Estimating uncertainty for massive data streams (2012). What the weights need is a mean and
    a variance of 1: J. Praestgaard, J. A. Wellner, Exchangeably weighted bootstraps of the
    general empirical process, Annals of Probability 21 (1993), 2053-2086. Memory does not grow
    with rows times replicates.

    Args:
        terms: A row for each row of data; what of it is summed.
        replicates: How many times to draw all rows.
        seed: Where the random numbers begin.

    Returns:
        A row for each replicate: how many rows were drawn, then the sums of `terms`.
    """
    random = np.random.SFC64(seed)
    rows, columns = terms.shape
    middle = terms.mean(axis=0)
    # Of what is left, single precision is enough: its sums are small beside those of the means.
    rest = np.ones((rows, columns + 1), np.float32)
    scale = np.abs(terms - middle).max(axis=0)
    scale[~(scale > 0)] = 1
    rest[:, 1:] = (terms - middle) / scale
    sums = np.zeros((replicates, columns + 1))
    numbers = np.empty(_TALL * _WIDE, np.float32)
    for left in range(0, rows, _WIDE):
        part = rest[left : left + _WIDE]
        for top in range(0, replicates, _TALL):
            tall = min(_TALL, replicates - top)
            size = tall * len(part)
            weights = _drawn(random, numbers[: size + size % 2])[:size]
            sums[top : top + tall] += weights.reshape(tall, len(part)) @ part
    sums[:, 1:] = sums[:, 1:] * scale + sums[:, :1] * middle
    return sums


def interval(replicates: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Return the percentile interval, each end of which is sure at a confidence.

    Args:
        replicates: A metric of resampled rows.
        confidence: How sure each end is on its own.
    """
    low, high = np.quantile(replicates, [1 - confidence, confidence])
    return float(low), float(high)


_OFTEN = (94, 95, 46, 16, 4, 1)
"""How often of 256 times a row counts as 0, 1, 2, ...: mean and variance are exactly 1."""

# One random number of 16 bits looks up two weights, which a complex number holds.
_WEIGHTS = np.repeat(np.arange(len(_OFTEN), dtype=np.float32), _OFTEN)
_PAIRS = np.stack(np.broadcast_arrays(_WEIGHTS[:, None], _WEIGHTS), axis=-1).view(np.complex64)


def _drawn(random: np.random.SFC64, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill an array, of an even size, with weights."""
    pairs = weights.view(np.complex64)
    raw = np.asarray(random.random_raw((len(pairs) + 3) // 4)).view(np.uint16)
    np.take(_PAIRS.ravel(), raw[: len(pairs)], out=pairs, mode="clip")
    return weights
