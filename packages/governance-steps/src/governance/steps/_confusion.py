"""Confusion matrices, and the metrics that follow from them, for many matrices at once."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from governance.steps._metric import AVERAGES

Counts: TypeAlias = NDArray[Any]
"""Matrices in the last two axes: rows of class i that were predicted as class j."""

Measure: TypeAlias = Callable[[Counts], NDArray[np.float64]]
"""Makes one figure of each matrix."""


def coded(*columns: ArrayLike) -> tuple[tuple[Any, ...], list[NDArray[np.intp]]]:
    """Number the classes of columns alike.

    Args:
        columns: Labels of the same rows; none may be missing.

    Returns:
        The classes in their order, and for each column the classes' numbers. Classes 0 and 1,
        also as bools, are always both there.

    Raises:
        ValueError: If a label is missing.
    """
    arrays = [np.asarray(column) for column in columns]
    codes, found = pd.factorize(np.concatenate(arrays), sort=True)
    if codes.size and codes.min() < 0:
        raise ValueError("a label is missing")
    labels = tuple(found.tolist())
    if len(labels) == 1 and labels[0] in {0, 1}:
        codes, labels = codes + int(labels[0]), (0, 1)
    ends = np.cumsum([len(array) for array in arrays])[:-1]
    return labels, np.split(codes, ends)


def confusion(target: NDArray[np.intp], prediction: NDArray[np.intp], classes: int) -> Counts:
    """Count how many rows of each class were predicted as which.

    Args:
        target: Each row's class, by its number.
        prediction: The class that each row was predicted to be.
        classes: How many classes there are.
    """
    flat = np.bincount(target * classes + prediction, minlength=classes**2)
    return flat.reshape(classes, classes)


def measure_of(name: str, labels: tuple[Any, ...]) -> Measure | None:
    """Return how a metric follows from confusion matrices, as scikit-learn defines it.

    What divides by zero counts as 0; an average is of the classes that a matrix has.

    Args:
        name: The metric's name.
        labels: The classes. Without an average in its name, a metric of one class is that of
            class 1, where the classes are 0 and 1.

    Returns:
        None for a metric that does not follow from them.
    """
    name = name.removesuffix("_score")
    if name in _WHOLE:
        return _WHOLE[name]
    kind, _, average = name.partition("_")
    if kind not in _PER_CLASS or (average and average not in AVERAGES):
        return None
    average = average or "binary"
    if average == "samples" or (average == "binary" and labels != (0, 1)):
        return None
    return partial(_averaged, kind, average)


def denominator(name: str, counts: Counts, labels: tuple[Any, ...]) -> int | None:
    """Return how many rows a metric is a share of; None where it is no such share.

    Args:
        name: The metric's name.
        counts: One matrix.
        labels: The classes.
    """
    name = name.removesuffix("_score").removesuffix("_binary")
    if name in {"accuracy", "zero_one_loss", "hamming_loss"}:
        return int(counts.sum())
    if labels == (0, 1) and name in {"precision", "recall"}:
        return int(counts[:, 1].sum() if name == "precision" else counts[1].sum())
    return None


def _parts(counts: Counts) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return per class: rows that are right, rows of it, and rows predicted as it."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    return right, counts.sum(axis=-1), counts.sum(axis=-2)


def _ratio(over: NDArray[Any], under: NDArray[Any]) -> NDArray[np.float64]:
    result = np.zeros(np.broadcast_shapes(over.shape, under.shape))
    np.divide(over, under, out=result, where=under != 0)
    return result


def _averaged(kind: str, average: str, counts: Counts) -> NDArray[np.float64]:
    parts = _parts(counts)
    if average == "micro":
        right, true, predicted = (part.sum(axis=-1) for part in parts)
        return _PER_CLASS[kind](right, true, predicted)
    right, true, predicted = parts
    figures: NDArray[np.float64] = _PER_CLASS[kind](right, true, predicted)
    if average == "binary":
        one: NDArray[np.float64] = figures[..., 1]
        return one
    weights = true if average == "weighted" else (true + predicted > 0)
    return _ratio((figures * weights).sum(axis=-1), weights.sum(axis=-1))


def _accuracy(counts: Counts) -> NDArray[np.float64]:
    right, true, _ = _parts(counts)
    return _ratio(right.sum(axis=-1), true.sum(axis=-1))


def _error(counts: Counts) -> NDArray[np.float64]:
    return 1 - _accuracy(counts)


def _balanced_accuracy(counts: Counts) -> NDArray[np.float64]:
    right, true, _ = _parts(counts)
    return _ratio(_ratio(right, true).sum(axis=-1), (true > 0).sum(axis=-1))


def _matthews(counts: Counts) -> NDArray[np.float64]:
    right, true, predicted = (part.astype(float) for part in _parts(counts))
    rows = true.sum(axis=-1)
    over = right.sum(axis=-1) * rows - (true * predicted).sum(axis=-1)
    spreads = [rows**2 - (part**2).sum(axis=-1) for part in (true, predicted)]
    return _ratio(over, np.sqrt(spreads[0] * spreads[1]))


def _kappa(counts: Counts) -> NDArray[np.float64]:
    right, true, predicted = (part.astype(float) for part in _parts(counts))
    rows = true.sum(axis=-1)
    chance = (true * predicted).sum(axis=-1)
    return _ratio(right.sum(axis=-1) * rows - chance, rows**2 - chance)


_WHOLE: dict[str, Measure] = {
    "accuracy": _accuracy,
    "zero_one_loss": _error,
    "hamming_loss": _error,
    "balanced_accuracy": _balanced_accuracy,
    "matthews_corrcoef": _matthews,
    "cohen_kappa": _kappa,
}
_PER_CLASS: dict[str, Callable[..., NDArray[np.float64]]] = {
    "precision": lambda right, _, predicted: _ratio(right, predicted),
    "recall": lambda right, true, _: _ratio(right, true),
    "f1": lambda right, true, predicted: _ratio(2 * right, true + predicted),
    "jaccard": lambda right, true, predicted: _ratio(right, true + predicted - right),
}
