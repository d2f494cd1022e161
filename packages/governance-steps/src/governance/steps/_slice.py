"""Groups of rows, by the values of a column."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._wording import column_label

MOST_GROUPS = 20
"""So many groups of a column are told; the smaller ones are one."""

OTHER, MISSING = "(other)", "(missing)"
"""The group of all smaller groups, and that of rows without a value."""


def groups_of(column: "pd.Series[Any]") -> tuple[list[str], NDArray[np.intp]]:
    """Return the groups of a column, the largest first, and the number of each row's group.

    Args:
        column: A column; its values are the groups' names.
    """
    codes, values = pd.factorize(column)
    names = np.array([*(column_label(_name(value)) for value in values), MISSING], dtype=object)
    codes, found = pd.factorize(names[codes])  # -1 is the last
    sizes = np.bincount(codes, minlength=len(found))
    ranking = sorted(range(len(found)), key=lambda group: (-sizes[group], found[group]))
    told = ranking[:MOST_GROUPS]
    place = np.full(len(found), len(told), dtype=np.intp)
    place[told] = np.arange(len(told))
    rest = [OTHER] if len(found) > len(told) else []
    return [str(found[group]) for group in told] + rest, place[codes]


def sliced(
    frame: pd.DataFrame,
    columns: list[str],
    min_slice: int,
    measure: Callable[[NDArray[np.bool_]], Mapping[str, float]],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Measure each group of each column.

    Args:
        frame: The rows.
        columns: Names of columns.
        min_slice: Fewest rows of which a group is measured.
        measure: Returns metrics of the rows that a mask picks.
    """
    told: dict[str, dict[str, dict[str, Any]]] = {}
    for column in columns:
        names, codes = groups_of(frame[column])
        told[column] = {}
        for group, name in enumerate(names):
            rows = codes == group
            count = int(rows.sum())
            if count < min_slice:
                figures: Mapping[str, Any] = {"undecided": f"fewer than {min_slice} rows"}
            else:
                figures = measure(rows)
            told[column][name] = {**figures, "sample_size": count}
    return told


def _name(value: object) -> str:
    return value if isinstance(value, str) else str(value)
