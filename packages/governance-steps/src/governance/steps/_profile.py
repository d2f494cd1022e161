"""What a frame looks like: the facts from which a contract is proposed."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.steps._bound import time_unit
from governance.steps._column import (
    NUMBERS,
    Block,
    Column,
    Layout,
    arrow_of,
    category_codes,
    layout_of,
    missing_cells,
    number_blocks,
)
from governance.steps._column_rule import key_duplicates
from governance.steps._failure import GateConfigurationError
from governance.steps._family import family_of
from governance.steps._sensitive import has_personal_text, is_sensitive_name

MOST_VALUES = 20
"""A column of text with more distinct values has no list of them."""

_LONGEST_VALUE = 40
_ROWS_PER_VALUE = 10  # fewer, and the values are those of single rows
_FEWEST_ROWS = 10  # fewer are different by chance
_SAMPLE = 1_000
_FIRST_YEAR = 1970  # from which NumPy counts


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column looks like.

    Args:
        name: Its name.
        family: The family of its dtype.
        missing: Number of its missing cells.
        span: Its least and greatest number, if it has finite ones; of times, the years.
        is_finite: Whether no number is infinite.
        lengths: The fewest and most characters of its text.
        values: The distinct values of its text, where they are few and of many rows each.
        is_unique: Whether no value is there twice, of text and integers.
        is_sensitive: Whether it looks as if it held personal data or secrets.
    """

    name: str
    family: str
    missing: int
    span: tuple[Any, Any] | None = None
    is_finite: bool = True
    lengths: tuple[int, int] | None = None
    values: tuple[str, ...] | None = None
    is_unique: bool = False
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What a frame looks like.

    Args:
        rows: Number of rows.
        columns: Its columns from left to right.
        unnamed: How many columns have labels that are no text.
        missing: Number of missing cells, those of unnamed columns included.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    unnamed: int
    missing: int

    @property
    def cells(self) -> int:
        """The number of cells."""
        return self.rows * (len(self.columns) + self.unnamed)


def profile_frame(data: object) -> Profile:
    """Look at a frame, each column once.

    Args:
        data: A pandas DataFrame.

    Raises:
        GateConfigurationError: If it is none, or one that no contract lets through: without
            rows or columns, or with names that are there twice.
    """
    if not isinstance(data, pd.DataFrame):
        raise GateConfigurationError(
            f"Only a pandas DataFrame has a profile, found {type(data).__name__}."
        )
    if data.empty:
        raise GateConfigurationError("No contract can be proposed: there are no rows or columns.")
    if not data.columns.is_unique:
        raise GateConfigurationError("No contract can be proposed: column names are there twice.")
    named = [(label, column) for label, column in data.items() if isinstance(label, str) and label]
    columns = tuple(_profiled(str(label), column) for label, column in named)
    missing = sum(missing_cells(column) for _, column in data.items())
    return Profile(len(data), columns, data.shape[1] - len(named), missing)


def _profiled(name: str, column: Column) -> ColumnProfile:
    family = family_of(column)
    profile = ColumnProfile(
        name, family, missing_cells(column), is_sensitive=is_sensitive_name(name)
    )
    if family == "text":
        profile = _with_text(profile, column)
    elif layout_of(column) in NUMBERS and family in _SPANS:
        profile = _with_span(profile, column)
    if family in {"text", "integer"} and not profile.missing:
        profile = replace(profile, is_unique=_is_unique(column))
    return profile


def _with_text(profile: ColumnProfile, column: Column) -> ColumnProfile:
    counts = _counted_text(column)
    if not counts:
        return profile
    lengths = [len(text) for text in counts]
    profile = replace(profile, lengths=(min(lengths), max(lengths)))
    few = len(counts) <= MOST_VALUES and sum(counts.values()) >= _ROWS_PER_VALUE * len(counts)
    short = max(lengths) <= _LONGEST_VALUE and all(text.isprintable() for text in counts)
    if few and short:
        if has_personal_text(counts):
            return replace(profile, is_sensitive=True)
        return replace(profile, values=tuple(sorted(counts)))
    return profile


def _counted_text(column: Column) -> dict[str, int]:
    """Count the texts of a column."""
    layout = layout_of(column)
    if layout is Layout.CODES:
        codes = category_codes(column)
        counts = np.bincount(codes[codes >= 0])
        dtype: Any = column.dtype
        return {str(dtype.categories[code]): int(counts[code]) for code in np.flatnonzero(counts)}
    if layout is Layout.TEXT:
        texts = pc.value_counts(arrow_of(column).drop_null())
        return {entry["values"].as_py(): entry["counts"].as_py() for entry in texts}
    return dict(Counter(map(str, column.dropna())))


def _numbers(block: Block) -> NDArray[Any]:
    cells = block.cells if block.missing is None else block.cells[~block.missing]
    return cells[~np.isnan(cells)].astype(np.float64) if cells.dtype.kind == "f" else cells


def _with_span(profile: ColumnProfile, column: Column) -> ColumnProfile:
    least = most = None
    is_finite = True
    for block in number_blocks(column):
        cells = _numbers(block)
        finite = cells[np.isfinite(cells)]
        is_finite = is_finite and finite.size == cells.size
        if finite.size:
            low, high = finite.min().item(), finite.max().item()
            least = low if least is None else min(least, low)
            most = high if most is None else max(most, high)
    span = None if least is None else _SPANS[profile.family](column, least, most)
    return replace(profile, span=span, is_finite=is_finite)


def _as_numbers(column: Column, least: Any, most: Any) -> tuple[Any, Any]:
    del column
    return least, most


def _as_years(column: Column, least: int, most: int) -> tuple[int, int]:
    unit: Any = time_unit(column)
    first, last = (
        int(np.datetime64(stored, unit).astype("datetime64[Y]").astype(int)) + _FIRST_YEAR
        for stored in (least, most)
    )
    return first, last


_SPANS = {
    "integer": _as_numbers,
    "float": _as_numbers,
    "datetime": _as_years,
    "date": _as_years,
}


def _is_unique(column: Column) -> bool:
    if len(column) < _FEWEST_ROWS or bool(column.iloc[:_SAMPLE].duplicated().any()):
        return False
    return key_duplicates([column]).rows.size == 0
