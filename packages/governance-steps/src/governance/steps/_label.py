"""The classes that a model tells apart, and the numbers that rows have among them."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype

from governance.steps._wording import shown

_USUAL = ([0, 1], [-1, 1])  # of which 1 is positive; bools are 0 and 1
_ZERO_ONE: "pd.Index[Any]" = pd.Index([0, 1])
_BINARY = 2


@dataclass(frozen=True, slots=True)
class Labels:
    """Classes, numbered; of two, the positive one has the number 1.

    Args:
        index: The classes in their order.
        order: For each number, where that class stands in `classes_` of the model.
        problems: What is wrong with them.
    """

    index: "pd.Index[Any]"
    order: list[int]
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, classes: object, positive: object) -> "Labels":
        """Number the classes.

        Args:
            classes: The classes.
            positive: Which of two is the positive one; None for 1 of 0 and 1, or -1 and 1.
        """
        index = _index(np.asarray(classes))
        order = list(range(len(index)))
        if len(index) != _BINARY:
            problem = "positive: it is for two classes, and there are {}"
            wrong = () if positive is None else (problem.format(len(index)),)
            return cls(index, order, wrong)
        if positive is None:
            if sorted(index.tolist(), key=str) not in _USUAL:
                told = "positive: say which of the two classes it is, for they are not 0 and 1"
                return cls(index, order, (told,))
            positive = 1
        at = int(index.get_indexer(_index(np.asarray([positive])))[0])
        if at < 0:
            return cls(
                index, order, (f"positive: there is no such class, found {shown(positive)}",)
            )
        order = [1 - at, at]
        return cls(index[order], order)

    def __len__(self) -> int:
        return len(self.index)

    def codes(self, column: NDArray[Any]) -> NDArray[np.intp]:
        """Return the number of each row's class, -1 for none of them.

        Args:
            column: Labels.
        """
        return self.index.get_indexer(_index(column))

    def unknown(self, place: str, column: NDArray[Any]) -> Iterator[str]:
        """Tell of rows that are of none of the classes.

        Args:
            place: What is told about.
            column: The rows' labels.
        """
        if count := int((self.codes(column) < 0).sum()):
            own, other = (infer_dtype(labels) for labels in (self.index, _index(column)))
            kinds = f" (its classes are {own}, these {other})" if own != other else ""
            told = f"{count} of {len(column)} rows are of classes that the model has never seen"
            yield f"{place}: {told}{kinds}"


def classes_in(*columns: NDArray[Any]) -> "pd.Index[Any]":
    """Return the classes that there are in columns, in their order; with 0 always 1, and back.

    Args:
        columns: Labels.
    """
    found: pd.Index[Any] = functools.reduce(
        pd.Index.union, [_index(column).unique() for column in columns]
    )
    if len(found) < _BINARY and found.isin(_ZERO_ONE).all():
        return _ZERO_ONE
    return found


def _index(column: Any) -> "pd.Index[Any]":
    """Return labels; bools as numbers, as which they are equal to 0 and 1."""
    index: pd.Index[Any] = pd.Index(column)
    return index.astype(np.int64) if index.dtype == bool else index
