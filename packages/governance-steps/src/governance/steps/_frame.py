"""Read off a pandas frame the facts that the rules need."""

import sys
from typing import TYPE_CHECKING, Any

from governance.steps._data_rules import FrameFacts
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name

if TYPE_CHECKING:
    import pandas as pd


def read_facts(dataset: object, *, count_duplicates: bool) -> FrameFacts:
    """Count rows, missing cells per column and, if asked, duplicated rows.

    Memory beside the frame: one column's mask at a time; for duplicated rows, a few
    integers per row.

    Args:
        dataset: The data.
        count_duplicates: Whether to count the rows that equal an earlier row.

    Raises:
        GateConfigurationError: If the data is not a pandas DataFrame.
    """
    # pandas is not imported here: a DataFrame cannot exist before its user imported it.
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(dataset, pandas.DataFrame):
        raise GateConfigurationError(
            "validate_data_quality accepts a pandas DataFrame, found "
            f"{type_name(dataset)}. Convert the data in the step before the gate."
        )
    frame: pd.DataFrame = dataset
    columns = [column for _, column in frame.items()]
    rows, labels = len(frame), tuple(frame.columns)
    missing = tuple(_missing_cells(column) for column in columns)
    if not (count_duplicates and columns):
        return FrameFacts(rows, labels, missing)
    try:
        return FrameFacts(rows, labels, missing, _duplicated_rows(frame, columns))
    except _INCOMPARABLE:
        incomparable = tuple(
            label for label, column in zip(labels, columns, strict=True) if not _comparable(column)
        )
        return FrameFacts(rows, labels, missing, None, incomparable)


# What pandas raises for cells without a hash, and PyArrow for its nested types.
_INCOMPARABLE = (TypeError, NotImplementedError)


def _missing_cells(column: "pd.Series[Any]") -> int:
    if _holds_nan_beside_na(column):
        values = _floats(column)
        return int((values != values).sum())  # noqa: PLR0124 (NaN alone differs from itself)
    return len(column) - int(column.count())


def _holds_nan_beside_na(column: "pd.Series[Any]") -> bool:
    # Nullable and Arrow floats do, and pandas then calls NA alone missing. NumPy's and sparse
    # floats have NaN for their missing value.
    missing = getattr(column.dtype, "na_value", float("nan"))
    return column.dtype.kind == "f" and not isinstance(missing, float)


def _floats(column: "pd.Series[Any]") -> Any:
    return column.to_numpy(dtype="float64", na_value=float("nan"))


def _duplicated_rows(frame: "pd.DataFrame", columns: "list[pd.Series[Any]]") -> int:
    mixed = [number for number, column in enumerate(columns) if _holds_nan_beside_na(column)]
    if mixed:
        frame = frame.copy(deep=False)
        for number in mixed:
            frame.isetitem(number, _floats(columns[number]))
    if len(columns) == 1:
        # Of one column pandas compares the bare objects, and tells None from NaN.
        codes, distinct = frame.iloc[:, 0].factorize()
        return len(frame) - len(distinct) - int((codes < 0).any())  # all missing cells: -1
    return int(frame.duplicated().sum())


def _comparable(column: "pd.Series[Any]") -> bool:
    try:
        column.factorize()
    except _INCOMPARABLE:
        return False
    return True
