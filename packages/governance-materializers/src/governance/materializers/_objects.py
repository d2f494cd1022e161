"""Columns of Python objects, to Arrow and back; what does not come back the same is refused.

pandas says only that such a column holds objects. Text is known to be safe; of everything
else each value is converted there and back and compared, so that nothing can slip through.
"""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from governance.materializers._failure import Unfaithful

Objects = npt.NDArray[np.object_]

_PLAIN = frozenset(
    {
        type(None),
        bool,
        bytes,
        dict,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        Decimal,
        float,
        int,
        list,
        str,
    }
)
_MISSING: dict[str, Any] = {"None": None, "nan": np.nan, "NA": pd.NA, "NaT": pd.NaT}
_TO_TEXT = "cast to one plain type, as text: {it}.astype(str)"
_REMEDIES = {  # by the type found
    "decimal.Decimal": "bring all to one scale with Decimal.quantize, without NaN and Infinity",
    "datetime.datetime": "pandas.to_datetime({it}, utc=True)",
    "dict": "give all the same keys in the same order, or store text: {it}.map(json.dumps)",
    "int": "keep to 64 bits, or store text: {it}.astype(str)",
    "list": "give all lists elements of one plain type, or store text: {it}.map(json.dumps)",
    "numpy.ndarray": "{it}.map(lambda array: array.tolist())",
    "pandas.Timestamp": "pandas.to_datetime({it}, utc=True)",
    "set": "{it}.map(sorted)",
    "str": "replace what is no Unicode: {it}.str.encode('utf-8', 'replace').str.decode('utf-8')",
    "tuple": "{it}.map(list), or for an index pandas.MultiIndex.from_tuples({it})",
}


def encode(values: Objects) -> tuple[pa.Array | pa.ChunkedArray, str]:
    """Convert objects of one type.

    Args:
        values: Shape (rows,).

    Returns:
        The Arrow array, and the name of what stands for missing values.

    Raises:
        Unfaithful: If they would not come back as they are.
    """
    missing = pd.isna(values)
    marker = _marker(values[missing])
    present = values[~missing]
    kind = _only_type(present)
    remedy = _REMEDIES.get(name_of(kind), _TO_TEXT)
    if kind not in _PLAIN:
        raise Unfaithful(f"objects of type {name_of(kind)}", remedy)
    items = values
    if marker != "None":
        items = values.copy()
        items[missing] = None
    try:
        array = pa.array(items, from_pandas=False)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
        # Arrow's own message quotes values of the data.
        array = None
    if array is None or not (kind is str or _proven(array, items)):
        raise Unfaithful(f"{name_of(kind)} objects that would not come back unchanged", remedy)
    return array, marker


def decode(column: pa.ChunkedArray, marker: str) -> Objects:
    """Convert back what `encode` converted.

    Args:
        column: The stored column.
        marker: The name of what stands for missing values.
    """
    if pa.types.is_string(column.type):
        values: Objects = column.to_numpy(zero_copy_only=False)
    else:
        values = np.fromiter(column.to_pylist(), dtype=object, count=len(column))
    if marker != "None":
        values[column.is_null().to_numpy(zero_copy_only=False)] = _MISSING[marker]
    return values


def same(left: object, right: object) -> bool:
    """Whether two values are equal in type and value, all the way down; NaN equals NaN.

    Args:
        left: Any object. Only plain types are ever found equal.
        right: Any object.
    """
    if type(left) is not type(right) or type(left) not in _PLAIN:
        return False
    match left, right:
        case list(), list():
            return len(left) == len(right) and all(map(same, left, right))
        case dict(), dict():
            # The order of the keys is part of what a reader sees.
            return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
    return bool(_identity(left) == _identity(right))


def name_of(kind: type) -> str:
    """Return a type's name as a reader would write it.

    Args:
        kind: The type.
    """
    if kind.__module__ == "builtins":
        return kind.__qualname__
    # pandas.Timestamp lives in pandas._libs...; what users write is the first package.
    package = kind.__module__.partition(".")[0] if "._" in kind.__module__ else kind.__module__
    return f"{package}.{kind.__qualname__}"


def _identity(value: object) -> object:
    # What equality of the type overlooks, or finds where there is none to a reader.
    match value:
        case float() if math.isnan(value):
            return "nan"
        case Decimal():
            return value.as_tuple()  # 1.5 and 1.50 are equal, not the same
        case dt.datetime() | dt.time() if value.tzinfo is not None:
            # How a time zone comes back depends on the versions installed where it is read.
            return object()
        case dt.datetime() | dt.time():
            return value, value.fold
    return value


def _marker(missing: Objects) -> str:
    kinds = set(map(type, missing))  # a single pass in C; there may be millions
    found = {_marker_of(kind) for kind in kinds}
    if len(found) > 1:
        raise Unfaithful(
            f"different missing values in one column ({', '.join(sorted(found))})",
            "use one of them: {it}.where({it}.notna(), None)",
        )
    return found.pop() if found else "None"


def _marker_of(kind: type) -> str:
    for name, marker in _MISSING.items():
        if issubclass(kind, type(marker)):
            return name
    raise Unfaithful(
        f"missing values of type {name_of(kind)}", "use None: {it}.where({it}.notna(), None)"
    )


def _only_type(present: Objects) -> type:
    kinds = set(map(type, present))
    if len(kinds) > 1:
        names = sorted(map(name_of, kinds))
        raise Unfaithful(
            f"objects of different types ({', '.join(names)})",
            _TO_TEXT,
        )
    return kinds.pop() if kinds else type(None)


def _proven(array: pa.Array | pa.ChunkedArray, items: Objects) -> bool:
    return all(map(same, array.to_pylist(), items))
