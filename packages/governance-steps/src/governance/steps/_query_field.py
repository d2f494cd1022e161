"""A column of an engine that answers queries, and what of pandas it is like."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from governance.steps._arrow_table import arrow_frame
from governance.steps._column import Column
from governance.steps._family import family_of

_NESTED = ("List", "Array", "Struct", "Map", "Object")
_LARGEST_DECIMAL = 38
_TIMES = ("datetime", "date", "duration")


class Field(NamedTuple):
    """A column, as queries know it.

    Attributes:
        place: Which column it is, from 0. In queries it is called after its place, for its
            own name may be there twice.
        label: Its name.
        example: A column of pandas without a row that means the same. What does not fit it
            does not fit the column, for the same reason, and limits are told in its unit.
        kind: The name of its type in narwhals.
        nested: Whether its cells hold other cells, so that they are not compared.
    """

    place: int
    label: str
    example: Column
    kind: str
    nested: bool

    @property
    def name(self) -> str:
        """What the column is called in queries."""
        return f"c{self.place}"

    @property
    def family(self) -> str:
        """The family of its dtype."""
        return family_of(self.example)

    @property
    def extremes(self) -> tuple[int, int]:
        """The least and the greatest number that a column of integers or times can hold."""
        bits = int("".join(filter(str.isdigit, self.kind)) or 64)
        return (
            (0, 2**bits - 1)
            if self.kind.startswith("U")
            else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )


def field_of(place: int, label: str, dtype: Any, *, nested: bool = False) -> Field:
    """Describe a column.

    Args:
        place: Which column it is, from 0.
        label: Its name.
        dtype: Its type in narwhals.
        nested: Whether it is known to be nested, whatever narwhals calls it.
    """
    kind = type(dtype).__name__
    nested = nested or kind in _NESTED
    example: Column = pd.Series([], dtype=_example(kind, dtype))
    return Field(place, label, example, kind, nested)


def _example(kind: str, dtype: Any) -> Any:
    if kind in {"Categorical", "Enum"}:
        return pd.CategoricalDtype(pd.Index([], dtype="string[pyarrow]"))
    return pd.ArrowDtype(_EXAMPLES.get(kind, _like)(dtype))


def _like(dtype: Any) -> pa.DataType:
    if dtype.is_integer():
        return pa.int64()
    # Bytes stand for all else that Arrow's numbers and text do not cover.
    return pa.float64() if dtype.is_float() else pa.binary()


def _decimal(dtype: Any) -> pa.DataType:
    wide = pa.decimal128 if dtype.precision <= _LARGEST_DECIMAL else pa.decimal256
    return wide(dtype.precision, dtype.scale)


_EXAMPLES: dict[str, Callable[[Any], pa.DataType]] = {
    "Boolean": lambda _: pa.bool_(),
    "String": lambda _: pa.large_string(),
    "Date": lambda _: pa.date32(),
    # Which zone does not matter, only that there is one.
    "Datetime": lambda dtype: pa.timestamp(dtype.time_unit, dtype.time_zone and "UTC"),
    "Duration": lambda dtype: pa.duration(dtype.time_unit),
    "Decimal": _decimal,
}


def counted_frame(table: pa.Table, fields: Sequence[Field]) -> pd.DataFrame:
    """Return what a query brought as a frame, in which counted times are times again.

    Args:
        table: Columns that mean the same on all engines, so that times are whole numbers.
        fields: What each of them is.
    """
    for number, field in enumerate(fields):
        if field.family in _TIMES:
            dtype: Any = field.example.dtype
            counted = pa.int32() if pa.types.is_date32(dtype.pyarrow_dtype) else pa.int64()
            cells = table.column(number).cast(counted).cast(dtype.pyarrow_dtype)
            table = table.set_column(number, field.name, cells)
    return arrow_frame(table.rename_columns([field.label for field in fields]))
