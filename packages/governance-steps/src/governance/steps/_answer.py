"""What a model says of rows, batch by batch, checked."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._holdout import Holdout, raise_if_any

Column: TypeAlias = NDArray[Any]

_OFF = 1e-3  # by which probabilities of single precision may miss their sum


def predicted(step: str, model: Any, holdout: Holdout, batch_rows: int) -> Column:
    """Return what a model predicts.

    Args:
        step: The step's name, for the error.
        model: The model.
        holdout: The rows.
        batch_rows: How many rows the model is given at a time.

    Raises:
        GateConfigurationError: If that is not one value for each row.
    """
    parts = []
    for batch in holdout.batches(batch_rows):
        part = np.asarray(model.predict(batch))
        if part.shape == (len(batch), 1):
            part = part[:, 0]
        if part.shape != (len(batch),):
            wrong = (
                f"expected one value for each of {len(batch)} rows, found the shape {part.shape}"
            )
            raise_if_any(step, [f"predict: {wrong}"])
        parts.append(part)
    whole = np.concatenate(parts)
    if missing := int(pd.isna(whole).sum()):
        raise_if_any(step, [f"predict: {missing} of {len(whole)} predictions are missing or NaN"])
    return whole


def probabilities(
    step: str, model: Any, holdout: Holdout, classes: int, batch_rows: int
) -> NDArray[np.float64]:
    """Return how probable a model says that each class is: a column for each class.

    Args:
        step: The step's name, for the error.
        model: The model.
        holdout: The rows.
        classes: How many classes the model knows.
        batch_rows: How many rows the model is given at a time.

    Raises:
        GateConfigurationError: If these are no probabilities.
    """
    whole = np.empty((len(holdout), classes))
    start = 0
    for batch in holdout.batches(batch_rows):
        part = np.asarray(model.predict_proba(batch))
        problems = list(_wrong(part, (len(batch), classes)))
        raise_if_any(step, problems)
        whole[start : start + len(batch)] = part
        start += len(batch)
    return whole


def _wrong(part: Column, shape: tuple[int, int]) -> Iterator[str]:
    if part.shape != shape:
        yield (
            f"predict_proba: expected a column for each of {shape[1]} classes and a row for each "
            f"of {shape[0]} rows, found the shape {part.shape}"
        )
    elif part.dtype.kind not in "iuf":
        yield f"predict_proba: expected numbers, found {part.dtype}"
    else:
        # Written so that NaN is wrong too.
        right = (part >= 0).all(axis=1) & (abs(part.sum(axis=1) - 1) <= _OFF)
        if count := int((~right).sum()):
            yield (
                f"predict_proba: in {count} of {shape[0]} rows, it holds no probabilities "
                "that add up to 1"
            )
