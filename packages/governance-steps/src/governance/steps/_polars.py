"""What polars says in its own way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow.compute as pc

from governance.steps._arrow_table import arrow_frame
from governance.steps._check import Check
from governance.steps._dialect import Derived, Dialect
from governance.steps._extract import MOST_ROWS, Extract
from governance.steps._fact import FrameFacts
from governance.steps._pattern import whole
from governance.steps._query import measure_query
from governance.steps._query_field import Field, field_of
from governance.steps._sample import spread

_ROW = "row"
_TIMES = ("datetime", "date", "duration")
_WIDE = ("Int128", "UInt128")
_LARGEST_DECIMAL = 38


def measure_polars(
    dataset: "pl.DataFrame | pl.LazyFrame", checks: Sequence[Check], now: datetime
) -> FrameFacts:
    """Measure a frame by queries, see `measure_query`.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_query(PolarsDialect(dataset), checks, now)


class PolarsDialect(Dialect):
    """A polars frame, read in pieces by polars' own streaming engine.

    Args:
        dataset: A DataFrame or a LazyFrame.
    """

    def __init__(self, dataset: "pl.DataFrame | pl.LazyFrame") -> None:
        self._eager = isinstance(dataset, pl.DataFrame)
        self._frame = dataset.lazy()

    def fields(self) -> list[Field]:
        """Describe the columns."""
        schema = nw.from_native(self._frame).collect_schema()
        return [field_of(place, name, schema[name]) for place, name in enumerate(schema)]

    def prepared(self, derived: Sequence[Derived]) -> "pl.LazyFrame":
        """Return the frame with columns that mean the same on all engines."""
        # By their place: polars takes some names for patterns of names.
        fields = self.fields()
        frame = self._frame.select(
            _same(field, pl.nth(field.place)).alias(field.name) for field in fields
        )
        return frame.with_columns(_bad(each).alias(each.name) for each in derived)

    def answers(self, queries: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the one row with which each query is answered."""
        return [frame.row(0) for frame in pl.collect_all(queries, engine="streaming")]

    def first_rows(
        self, prepared: Any, bad: Mapping[int, nw.Expr], most: int
    ) -> dict[int, tuple[int, ...]]:
        """Return where the first cells are that miss a rule."""
        numbered: nw.LazyFrame[Any] = nw.from_native(prepared.with_row_index(_ROW))
        queries = [
            numbered.filter(each).select(_ROW).head(most).to_native() for each in bad.values()
        ]
        found = pl.collect_all(queries, engine="streaming")
        return {
            number: tuple(frame[_ROW].to_list()) for number, frame in zip(bad, found, strict=True)
        }

    def first_repeated(self, prepared: Any, names: Sequence[str], most: int) -> tuple[int, ...]:
        """Return where the first rows are that equal an earlier one, if they are in memory."""
        if not self._eager:
            return ()
        numbered = prepared.with_row_index(_ROW)
        repeated = numbered.filter(~pl.struct(names).is_first_distinct())
        return tuple(repeated.select(_ROW).head(most).collect()[_ROW].to_list())


def _same(field: Field, cells: "pl.Expr") -> "pl.Expr":
    if field.family == "float":
        return cells.cast(pl.Float64).fill_nan(None)
    if field.family in _TIMES:
        return cells.cast(pl.Int64)
    return cells.cast(pl.String) if field.family == "text" else cells


def _bad(derived: Derived) -> "pl.Expr":
    cells = pl.col(derived.field.name)
    if derived.check.kind == "pattern":
        # polars' own patterns have another syntax.
        matched = _matched(whole(derived.check.parameters["pattern"]))
        return cells.map_batches(matched, return_dtype=pl.Boolean, is_elementwise=True).not_()
    before = cells.forward_fill().shift(1)
    falling = derived.check.parameters["order"] == "decreasing"
    return cells > before if falling else cells < before


def _matched(pattern: str) -> "Callable[[pl.Series], pl.Series]":
    def matched(cells: pl.Series) -> pl.Series:
        texts = cells.to_arrow(compat_level=pl.CompatLevel.oldest())
        return pl.Series(pc.match_substring_regex(texts, pattern))

    return matched


def extract_polars(dataset: "pl.DataFrame | pl.LazyFrame") -> Extract:
    """Return what can be brought of a frame into memory.

    Args:
        dataset: The data.
    """
    lazy = dataset.lazy()
    names = lazy.collect_schema().names()

    def sample() -> pd.DataFrame:
        if isinstance(dataset, pl.DataFrame):
            return _in_pandas(dataset[spread(dataset.height)], names)
        return _in_pandas(lazy.head(MOST_ROWS).collect(), names)

    return Extract(
        tuple(names),
        lambda: int(lazy.select(pl.len()).collect(engine="streaming").item()),
        lambda places: _in_pandas(
            lazy.select(pl.nth(list(places))).collect(engine="streaming"),
            [names[place] for place in places],
        ),
        sample,
    )


def _in_pandas(frame: "pl.DataFrame", names: Sequence[str]) -> pd.DataFrame:
    stored = frame.select(
        _stored(place, dtype).alias(str(place)) for place, dtype in enumerate(frame.dtypes)
    )
    table = stored.to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow_frame(table.rename_columns(list(names)))


def _stored(place: int, dtype: "pl.DataType") -> "pl.Expr":
    """Return a column as Arrow has it, which knows neither Python objects nor 128 bits."""
    if str(dtype) in _WIDE:
        return pl.nth(place).cast(pl.Decimal(_LARGEST_DECIMAL, 0), strict=False)
    return pl.repeat(None, pl.len()) if dtype == pl.Object else pl.nth(place)
