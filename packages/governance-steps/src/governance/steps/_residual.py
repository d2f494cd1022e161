"""Metrics of regression that follow from sums over rows, for many sums at once."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sums: TypeAlias = NDArray[np.float64]
"""In the last axis: the number of rows, then the sums of `residual_terms`."""

_EPSILON = np.finfo(np.float64).eps
_ROWS, _ABSOLUTE, _SQUARE, _ERROR, _TARGET, _TARGET_SQUARE, _RELATIVE, _LOG = range(8)


def residual_terms(target: Sums, prediction: Sums) -> Sums:
    """Return what of each row is summed.

    Args:
        target: What was measured.
        prediction: What the model said.
    """
    error = target - prediction
    middle = target - target.mean()  # a spread does not change by it, and is more exact
    logs = np.full_like(error, np.nan)
    if min(target.min(), prediction.min()) > -1:
        logs = (np.log1p(target) - np.log1p(prediction)) ** 2
    absolute = np.abs(error)
    relative = absolute / np.maximum(np.abs(target), _EPSILON)
    return np.column_stack([absolute, error**2, error, middle, middle**2, relative, logs])


def total(terms: Sums) -> Sums:
    """Return the sums of all rows, each counted once.

    Args:
        terms: What `residual_terms` returned.
    """
    return np.concatenate([[len(terms)], terms.sum(axis=0)])


def residual_measure_of(name: str) -> Callable[[Sums], Sums] | None:
    """Return how a metric follows from sums, as scikit-learn defines it.

    Args:
        name: The metric's name.

    Returns:
        None for a metric that does not follow from them.
    """
    name = name.removesuffix("_score")
    if name.startswith("neg_"):
        measure = residual_measure_of(name.removeprefix("neg_"))
        return None if measure is None else (lambda sums: -measure(sums))
    return _MEASURES.get(name)


def _mean(column: int) -> Callable[[Sums], Sums]:
    return lambda sums: sums[..., column] / sums[..., _ROWS]


def _root_mean(column: int) -> Callable[[Sums], Sums]:
    return lambda sums: np.sqrt(sums[..., column] / sums[..., _ROWS])


def _spread(sums: Sums, square: int, plain: int) -> Sums:
    return sums[..., square] - sums[..., plain] ** 2 / sums[..., _ROWS]


def _explained(rest: Sums, sums: Sums) -> Sums:
    """Return 1 less the share of the target's spread that is left; 0 where it has none."""
    spread = _spread(sums, _TARGET_SQUARE, _TARGET)
    left = np.divide(rest, spread, out=np.ones_like(rest), where=spread > 0)
    return 1 - left


_SHORT = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_log_error",
    "rmsle": "root_mean_squared_log_error",
}
_MEASURES: dict[str, Callable[[Sums], Sums]] = {
    "mean_absolute_error": _mean(_ABSOLUTE),
    "mean_squared_error": _mean(_SQUARE),
    "root_mean_squared_error": _root_mean(_SQUARE),
    "mean_absolute_percentage_error": _mean(_RELATIVE),
    "mean_squared_log_error": _mean(_LOG),
    "root_mean_squared_log_error": _root_mean(_LOG),
    "r2": lambda sums: _explained(sums[..., _SQUARE], sums),
    "explained_variance": lambda sums: _explained(_spread(sums, _SQUARE, _ERROR), sums),
}
_MEASURES |= {short: _MEASURES[name] for short, name in _SHORT.items()}
