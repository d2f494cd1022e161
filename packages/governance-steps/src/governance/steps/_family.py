"""The family of a column's dtype: what a contract may ask for, on every engine alike."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.steps._column import Column

# What pandas' inference of Python objects is called here; everything else is "object".
_OBJECTS = {
    "string": "text",
    "integer": "integer",
    "floating": "float",
    "boolean": "bool",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "datetime64": "datetime",
    "timedelta": "duration",
}
_KINDS = {"f": "float", "i": "integer", "u": "integer", "b": "bool", "M": "datetime"}
_ARROW = (
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "float"),
    (pa.types.is_boolean, "bool"),
    (pa.types.is_decimal, "decimal"),
    (pa.types.is_timestamp, "datetime"),
    (pa.types.is_date, "date"),
    (pa.types.is_duration, "duration"),
    (pa.types.is_string, "text"),
    (pa.types.is_large_string, "text"),
)


def family_of(column: Column) -> str:
    """Return the family of a column's dtype.

    Args:
        column: Any column. Of Python objects the values decide, of categories their dtype.

    Returns:
        `integer`, `float`, `decimal`, `bool`, `text`, `datetime`, `date`, `duration`, or
        `object` for everything else.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return family_of(pd.Series(dtype.categories))
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        return next((family for is_kind, family in _ARROW if is_kind(kind)), "object")
    if isinstance(dtype, pd.StringDtype):
        return "text"
    if dtype == np.dtype(object):
        inferred = pd.api.types.infer_dtype(column, skipna=True)
        return _OBJECTS.get(inferred, "object")
    return {**_KINDS, "m": "duration"}.get(_kind(dtype), "object")


def _kind(dtype: Any) -> str:
    # Sparse columns are what they would be if they were dense.
    return str(getattr(getattr(dtype, "subtype", dtype), "kind", "O"))
