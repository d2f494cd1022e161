"""An index or the column labels, to Arrow columns and back."""

import json
from typing import Any

import pandas as pd
import pyarrow as pa

from governance.materializers._column import Arrow, Spec, decode_as_index, encode
from governance.materializers._failure import Unfaithful
from governance.materializers._objects import name_of, same

_KINDS = (
    pd.CategoricalIndex,
    pd.DatetimeIndex,
    pd.Index,
    pd.IntervalIndex,
    pd.MultiIndex,
    pd.PeriodIndex,
    pd.RangeIndex,
    pd.TimedeltaIndex,
)


def encode_index(index: "pd.Index[Any]") -> tuple[list[Arrow], Spec]:
    """Convert an index to Arrow.

    Args:
        index: Rows or column labels.

    Returns:
        One Arrow array per level, none for a range; and the index's spec.

    Raises:
        Unfaithful: If it would not come back as it is.
    """
    if type(index) not in _KINDS:
        raise Unfaithful(f"an index of type {name_of(type(index))}", "pandas.Index({it})")
    spec: Spec = {"names": _names(index)}
    if isinstance(index, pd.RangeIndex):
        return [], spec | {"range": [index.start, index.stop, index.step]}
    spec |= {"multi": isinstance(index, pd.MultiIndex)}
    pairs = [encode(level) for level in _levels(index)]
    return [array for array, _ in pairs], spec | {"levels": [level for _, level in pairs]}


def decode_index(columns: list[pa.ChunkedArray], spec: Spec) -> Any:
    """Convert back what `encode_index` converted.

    Args:
        columns: One per level.
        spec: What `encode_index` returned with them.
    """
    names = spec["names"]
    if "range" in spec:
        start, stop, step = spec["range"]
        return pd.RangeIndex(start, stop, step, name=names[0])
    if not spec["multi"]:
        return decode_as_index(columns[0], spec["levels"][0], names[0])
    levels = [decode_as_index(*pair) for pair in zip(columns, spec["levels"], strict=True)]
    return pd.MultiIndex.from_arrays(levels, names=names)


def _levels(index: "pd.Index[Any]") -> list["pd.Index[Any]"]:
    if not isinstance(index, pd.MultiIndex):
        return [index]
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    for level, found in zip(index.levels, levels, strict=True):
        if level.dtype != found.dtype:
            # pandas widens integers that have missing values beside them.
            raise Unfaithful(f"a level of dtype {level.dtype} with missing values", "reset_index()")
    return levels


def _names(index: "pd.Index[Any]") -> list[Any]:
    names = list(index.names)
    try:
        kept = same(json.loads(json.dumps(names)), names)
    except (TypeError, ValueError):
        kept = False
    if not kept:
        kinds = ", ".join(sorted({name_of(type(name)) for name in names}))
        raise Unfaithful(f"names of type {kinds}", "{it}.names = [...], with text")
    return names
