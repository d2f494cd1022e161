"""A fitted regression model, measured on rows."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.steps._answer import predicted
from governance.steps._evaluation import Evaluation
from governance.steps._holdout import Holdout, raise_if_any
from governance.steps._regression import regression
from governance.steps._slice import sliced

_STEP = "evaluate_regressor"


def measure_regressor(model: Any, dataset: object, asked: Evaluation) -> dict[str, Any]:
    """Measure a regression model.

    Args:
        model: The model.
        dataset: The rows.
        asked: What is to be measured, and how.

    Raises:
        GateConfigurationError: If they do not fit; it lists all that is wrong.
    """
    holdout = Holdout.of("regressor", model, dataset, asked, partial(_wrong, "target"))
    said = predicted(_STEP, model, holdout, asked.batch_rows)
    raise_if_any(_STEP, list(_wrong("predict", said)))
    target, prediction = holdout.truth().astype(np.float64), said.astype(np.float64)
    measured = regression(target, prediction, asked.confidence)
    metrics = measured.as_metrics(len(holdout), asked.confidence)

    def of_rows(rows: NDArray[np.bool_]) -> dict[str, float]:
        return regression(target[rows], prediction[rows], None).figures

    if asked.slices:
        metrics["slices"] = sliced(holdout.frame, asked.slices, asked.min_slice, of_rows)
    return metrics


def _wrong(place: str, column: NDArray[Any]) -> Iterator[str]:
    if column.dtype.kind not in "iuf":
        yield f"{place}: expected numbers, found {column.dtype}"
    elif infinite := int((~np.isfinite(column)).sum()):
        yield f"{place}: {infinite} of {len(column)} values are infinite"
