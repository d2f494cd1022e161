"""Read off a pandas frame the facts that the rules need."""

import sys
from typing import TYPE_CHECKING

from governance.steps._data_rules import FrameFacts
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name

if TYPE_CHECKING:
    import pandas as pd


def read_facts(dataset: object, *, count_duplicates: bool) -> FrameFacts:
    """Count rows, missing cells per column and, if asked, duplicated rows.

    The frame is read where it lies. Memory beside it: a block of one column at a time; for
    duplicated rows, a few integers per row.

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
    # Nor is what reads one: whoever only composes a pipeline needs neither.
    from governance.steps import _column, _duplicate  # noqa: PLC0415

    frame: pd.DataFrame = dataset
    columns = [column for _, column in frame.items()]
    rows, labels = len(frame), tuple(frame.columns)
    missing = tuple(map(_column.missing_cells, columns))
    if not (count_duplicates and columns):
        return FrameFacts(rows, labels, missing)
    incomparable = tuple(
        label
        for label, column in zip(labels, columns, strict=True)
        if not _column.is_comparable(column)
    )
    if incomparable:
        return FrameFacts(rows, labels, missing, None, incomparable)
    return FrameFacts(rows, labels, missing, len(_duplicate.find_duplicates(columns).rows))
