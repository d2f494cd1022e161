"""Every kind of check on random frames against a slow look at each cell, on four engines."""

import datetime as dt
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.steps._check import Check
from governance.steps._fact import Measure
from governance.steps._frame import read_facts

Cells = list[Any]
Rows = dict[str, Cells]

NAN, INF = float("nan"), float("inf")
DAYS = [dt.datetime(2026, 1, day, hour) for day, hour in ((1, 0), (1, 7), (3, 0), (9, 23))]  # noqa: DTZ001 (no zone)
SPANS = [dt.timedelta(hours=hours) for hours in (-5, 0, 1, 30)]
PRICES = [Decimal(cell) for cell in ("-1.25", "0.00", "1.50", "99999999.99")]

# For each column its type, and values of which some are next to the limits below.
KINDS: dict[str, tuple[pa.DataType, Cells]] = {
    "whole": (pa.int64(), [-(2**63), -3, 0, 2, 2**63 - 1]),
    "small": (pa.int8(), [-3, 0, 2, 7]),
    "unsigned": (pa.uint64(), [0, 2, 7, 2**64 - 1]),
    "float": (pa.float64(), [-0.0, 0.0, 0.5, 2.0, NAN, INF, -INF]),
    "narrow": (pa.float32(), [0.0, 0.5, 2.0, NAN, INF]),
    "text": (pa.string(), ["", "ab", "zürich", "x1\n", "AB"]),
    "yes": (pa.bool_(), [True, False]),
    "time": (pa.timestamp("us"), DAYS),
    "fine": (pa.timestamp("ns"), DAYS),
    "day": (pa.date32(), [day.date() for day in DAYS]),
    "span": (pa.duration("us"), SPANS),
    "price": (pa.decimal128(10, 2), PRICES),
}
NUMBERS = ["whole", "small", "unsigned", "float", "narrow", "price"]
TIMES = ["time", "fine"]
LIMITS: dict[str, Cells] = {
    **{name: [None, -3, 0.25, 0.5, 2, 7.5, 2**65, -(2**65)] for name in NUMBERS},
    **{name: [None, dt.date(2026, 1, 3), "2026-01-01T06:59", DAYS[3]] for name in TIMES},
    "day": [None, dt.date(2026, 1, 3), "2026-01-02", DAYS[1]],
    "span": [None, "-1h", "30m", SPANS[2]],
}
VALUES: dict[str, Cells] = {
    **{name: [0, 0.5, 2.0, 7, "x", 2**70, 1.5] for name in NUMBERS},
    **{name: ["2026-01-01", DAYS[2], 5] for name in TIMES},
    "text": ["ab", "zürich", 3, ""],
    "yes": [True, 0, "True"],
    "day": [dt.date(2026, 1, 1), dt.date(2026, 1, 3)],
    "span": ["1h", SPANS[1]],
}
OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
PATTERNS = ["", "a.", "(?i)[a-z]+", "a|.b", "x1", "(ab)?", "x1.", "zü.*"]


def is_missing(cell: Any) -> bool:
    return cell is None or cell != cell  # noqa: PLR0124 (not NaN)


def plain(limit: Any, name: str) -> Any:
    """Return a limit as the plain Python value that a cell can be compared with."""
    if limit is None or name in NUMBERS:
        return limit
    if name == "span":
        return pd.Timedelta(limit).to_pytimedelta()
    return pd.Timestamp(limit).to_pydatetime()


def held(cell: Any) -> Any:
    """Return a cell as what limits are compared with: a day is its first moment."""
    day = isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)
    return dt.datetime.combine(cell, dt.time()) if day else cell


@st.composite
def drawn_rows(draw: st.DrawFn) -> Rows:
    """Draw up to 9 rows of every kind of column."""
    count = draw(st.integers(1, 9))
    few = draw(st.integers(1, 5))
    return {
        name: draw(
            st.lists(
                st.sampled_from([None, *values[: max(few, 2)], values[-1]]),
                min_size=count,
                max_size=count,
            )
        )
        for name, (_, values) in KINDS.items()
    }


@st.composite
def drawn_checks(draw: st.DrawFn) -> list[Check]:
    """Draw one check of every kind, on columns that it fits."""

    def of(names: Any) -> str:
        return str(draw(st.sampled_from(sorted(names))))

    ranged, valued = of(LIMITS), of(VALUES)
    low, high = (draw(st.sampled_from(LIMITS[ranged])) for _ in range(2))
    values = draw(st.lists(st.sampled_from(VALUES[valued]), max_size=3))
    least, most = draw(st.integers(0, 3)), draw(st.one_of(st.none(), st.integers(0, 7)))
    group = draw(st.sampled_from([NUMBERS, TIMES, ["text"], ["yes"], ["day"], ["span"]]))
    key = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True))
    order = draw(st.sampled_from(["increasing", "decreasing"]))
    return [
        Check("range", (ranged,), {"min": low, "max": high}),
        Check("allowed", (valued,), {"values": tuple(values)}),
        Check("pattern", ("text",), {"pattern": draw(st.sampled_from(PATTERNS))}),
        Check("length", ("text",), {"min": least, "max": most}),
        Check("finite", (of(KINDS.keys() - {"text"}),)),
        Check("order", (of(KINDS),), {"order": order}),
        Check("comparison", (of(group), of(group)), {"operator": of(OPERATORS)}),
        Check("unique_key", tuple(key)),
        Check("max_value_share", (of(KINDS),), {"limit": 0.5}),
        Check("min_value_share", (of(KINDS),), {"limit": 0.5}),
        Check("freshness", (of(TIMES),), {"limit": 5.0}),
        Check("max_duplicate_fraction", (), {"limit": 0.0}),
    ]


def misses(check: Check, rows: Rows) -> list[bool]:
    """Tell for each row whether it misses a check, one row after the other."""
    names = check.columns or tuple(rows)
    return [RULES[check.kind](check, row, rows, names) for row in range(len(rows["text"]))]


Rule = Callable[[Check, int, Rows, tuple[str, ...]], bool]


def on_cell(bad: Callable[[Check, Any, str], Any]) -> Rule:
    def rule(check: Check, row: int, rows: Rows, names: tuple[str, ...]) -> bool:
        cell = rows[names[0]][row]
        return not is_missing(cell) and bool(bad(check, cell, names[0]))

    return rule


def out_of_range(check: Check, cell: Any, name: str) -> bool:
    low, high = (plain(check.parameters[key], name) for key in ("min", "max"))
    return (low is not None and held(cell) < low) or (high is not None and held(cell) > high)


def not_allowed(check: Check, cell: Any, name: str) -> bool:
    values = check.parameters["values"]
    if name == "text":
        return cell not in values
    if name == "yes":
        return not any(value is cell for value in values)
    if name in NUMBERS:
        return not any(cell == value for value in values if not isinstance(value, str))
    allowed = [plain(value, name) for value in values if not isinstance(value, int)]
    return held(cell) not in allowed


def of_other_length(check: Check, cell: str, _: str) -> bool:
    most = check.parameters["max"]
    return len(cell) < check.parameters["min"] or (most is not None and len(cell) > most)


def out_of_order(check: Check, row: int, rows: Rows, names: tuple[str, ...]) -> bool:
    cells = rows[names[0]]
    before = [cell for cell in cells[:row] if not is_missing(cell)]
    if is_missing(cells[row]) or not before:
        return False
    falling = check.parameters["order"] == "decreasing"
    return bool(cells[row] > before[-1] if falling else cells[row] < before[-1])


def otherwise(check: Check, row: int, rows: Rows, names: tuple[str, ...]) -> bool:
    left, right = (rows[name][row] for name in names)
    good = OPERATORS[check.parameters["operator"]]
    return not (is_missing(left) or is_missing(right) or good(left, right))


def repeated(_: Check, row: int, rows: Rows, names: tuple[str, ...]) -> bool:
    told = [
        tuple(None if is_missing(rows[name][each]) else rows[name][each] for name in names)
        for each in range(row + 1)
    ]
    return told[row] in told[:row]


RULES: dict[str, Rule] = {
    "range": on_cell(out_of_range),
    "allowed": on_cell(not_allowed),
    "pattern": on_cell(lambda check, cell, _: not re.fullmatch(check.parameters["pattern"], cell)),
    "length": on_cell(of_other_length),
    "finite": on_cell(lambda _, cell, __: isinstance(cell, float) and math.isinf(cell)),
    "order": out_of_order,
    "comparison": otherwise,
    "unique_key": repeated,
    "max_duplicate_fraction": repeated,
}


def share(check: Check, cells: Cells) -> float:
    present = [cell for cell in cells if not is_missing(cell)]
    times = [present.count(cell) for cell in present]
    if check.kind == "max_value_share":
        return max(times) / len(times) if times else 1.0
    return min(times) / len(times) if times else 0.0


FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "pyarrow Table": lambda table: table,
    "pyarrow Dataset": lambda table: ds.dataset(table.to_batches(max_chunksize=2)),
    "DuckDB": duckdb.from_arrow,
}


@settings(max_examples=60, deadline=None)
@given(drawn_rows(), drawn_checks())
def test_every_kind_of_check_equals_a_slow_look_on_every_engine(
    rows: Rows, checks: list[Check]
) -> None:
    """Counts and figures are those of plain Python on pandas, polars, pyarrow and DuckDB."""
    arrays = {
        name: pa.array(cells, KINDS[name][0], from_pandas=False) for name, cells in rows.items()
    }
    table = pa.table(arrays)
    for engine, build in FRAMES.items():
        facts = read_facts(build(table), checks)
        assert facts.missing == tuple(sum(map(is_missing, cells)) for cells in rows.values())
        for number, check in enumerate(checks):
            if check.kind == "order" and engine == "DuckDB":
                continue
            whole = check.kind == "max_duplicate_fraction"
            found = facts.duplicates if whole else facts.measures[number]
            assert isinstance(found, Measure)
            assert found.problem is None, (engine, check, found)
            if check.kind.endswith("value_share"):
                assert found.figure == share(check, rows[check.columns[0]]), (engine, check)
            elif check.kind == "freshness":
                times = [cell for cell in rows[check.columns[0]] if cell is not None]
                assert (found.figure == INF) == (not times), (engine, check)
            else:
                bad = [row for row, missed in enumerate(misses(check, rows)) if missed]
                assert found.count == len(bad), (engine, check)
                assert found.rows == (() if engine == "DuckDB" else tuple(bad[:5])), (engine, check)
