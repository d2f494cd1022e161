"""What is told of a stored DataFrame: figures about it, never values out of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from governance.materializers._failure import shown

_METADATA_BYTES = 60_000  # ZenML drops a metadata value above 65,535 bytes, without an error.


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column.

    Attributes:
        name: Its label as text.
        dtype: Its dtype in pandas.
        missing: How many of its values are None, NaN, NaT or pandas.NA.
    """

    name: str
    dtype: str
    missing: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One DataFrame.

    Attributes:
        rows: Number of rows.
        columns: Its columns, in order.
        size: The stored file's size in bytes; None where there is no file.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    size: int | None = None

    def as_metadata(self) -> dict[str, Any]:
        """Return the profile as ZenML metadata, which is documented in the README.

        `schema` and `missing` hold the first columns when there are more than ZenML stores;
        `columns_omitted` says how many are left out.
        """
        schema: dict[str, str] = {}
        missing: dict[str, int] = {}
        room = _METADATA_BYTES
        for column in self.columns:
            room -= len(json.dumps({column.name: column.dtype}))
            if room < 0:
                break
            schema[column.name] = column.dtype
            missing[column.name] = column.missing
        return {
            "rows": self.rows,
            "columns": len(self.columns),
            "schema": schema,
            "missing": missing,
            "columns_omitted": len(self.columns) - len(schema),
        }


def profile_stored(frame: pd.DataFrame, table: pa.Table, size: int) -> Profile:
    """Describe a frame that was stored, from what storing it has counted.

    Args:
        frame: What was stored.
        table: What it was stored as.
        size: The file's size in bytes.
    """
    missing = (_missing_in_arrow(table.column(place)) for place in range(frame.shape[1]))
    return Profile(len(frame), _columns(frame, missing), size)


def profile_frame(frame: pd.DataFrame) -> Profile:
    """Describe a frame that was not stored.

    Args:
        frame: Any DataFrame.
    """
    return Profile(len(frame), _columns(frame, (_missing(column) for _, column in frame.items())))


def _columns(frame: pd.DataFrame, missing: Iterable[int]) -> tuple[ColumnProfile, ...]:
    names: dict[str, None] = {}
    for place, label in enumerate(frame.columns):
        name = shown(label)
        names[f"{name} (column {place})" if name in names else name] = None
    return tuple(map(ColumnProfile, names, map(str, frame.dtypes), missing))


def _missing(column: "pd.Series[Any]") -> int:
    match column.dtype:
        case pd.ArrowDtype():
            return _missing_in_arrow(pa.chunked_array(column.array.__arrow_array__()))
        case pd.Float32Dtype() | pd.Float64Dtype():
            return int(np.isnan(column.to_numpy(dtype="float64", na_value=np.nan)).sum())
    return int(column.isna().sum())


def _missing_in_arrow(column: pa.ChunkedArray) -> int:
    # Only pandas' Arrow dtypes still have NaN beside null here.
    if pa.types.is_floating(column.type):
        return pc.sum(pc.is_null(column, nan_is_null=True)).as_py() or 0
    return int(column.null_count)
