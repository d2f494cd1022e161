"""Rows of predictions, checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name

LABELS = ("target", "prediction", "champion")
"""The columns of what was measured, and of what two models said: classes or numbers."""

SCORES = ("score", "champion_score")
"""The columns of how sure two models are of the positive class."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Rows of predictions, checked.

    Args:
        columns: Columns of equal length and without gaps: `target`, and what else there is of
            `prediction`, `champion`, `score` and `champion_score`.
    """

    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, given: object) -> "Predictions":
        """Read rows of predictions.

        Args:
            given: A pandas DataFrame, or a dictionary of equally long columns.

        Raises:
            GateConfigurationError: If a column is absent, has gaps or another length than the
                others, or scores are no finite numbers; it lists all that is wrong.
        """
        if not isinstance(given, pd.DataFrame | Mapping):
            raise GateConfigurationError(
                "predictions must be a pandas DataFrame or a dictionary with the columns target "
                f"and prediction, found {type_name(given)}."
            )
        columns = {name: np.asarray(given[name]) for name in (*LABELS, *SCORES) if name in given}
        problems = list(_problems(columns))
        if problems:
            raise GateConfigurationError("\n".join(["predictions cannot be used:", *problems]))
        return cls(columns)

    @property
    def has_champion(self) -> bool:
        """Whether the champion's predictions are among them."""
        return bool({"champion", "champion_score"} & self.columns.keys())

    def __len__(self) -> int:
        return len(self.columns["target"])


def is_finite(column: NDArray[Any]) -> bool:
    """Tell whether a column is of numbers or bools, all of them finite.

    Args:
        column: A column.
    """
    return column.dtype.kind in "biuf" and bool(np.isfinite(column).all())


def _problems(columns: Mapping[str, NDArray[Any]]) -> Iterator[str]:
    if "target" not in columns:
        yield "  target: the column is absent"
    if not {"prediction", "score"} & columns.keys():
        yield "  prediction: the column is absent, and so is score"
    lengths = {name: len(column) if column.ndim == 1 else 0 for name, column in columns.items()}
    for name, column in columns.items():
        if not lengths[name]:
            yield f"  {name}: it holds no rows of single values"
        elif lengths[name] != lengths.get("target", lengths[name]):
            yield f"  {name}: {lengths[name]} rows, and target has {lengths['target']}"
        elif gaps := int(pd.isna(column).sum()):
            yield f"  {name}: {gaps} missing value{'s' if gaps > 1 else ''}"
        elif name in SCORES and not is_finite(column):
            yield f"  {name}: it has to hold finite numbers"
