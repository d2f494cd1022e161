"""What the data gate costs beside naive pandas, in one run: [--rows N].

The frame: 10 floats with 2 % NaN, 4 integers, 3 strings of few values with 1 % missing, a time, a
bool and a string id. The checks: rows, missing cells overall and per column, the dtype of every
column, 10 ranges, 3 sets of values, the id's uniqueness; then duplicated rows on top. The limit is
one NumPy sum over all bytes of the frame's numbers. Pandera and Great Expectations are asked the
same. The same frame in polars is measured beside a lazy query written by hand.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from governance.steps import DataContract
from governance.steps._data_rules import DataRules
from governance.steps._frame import read_facts
from governance.steps._judgement import judge_frame
from governance.steps._plan import planned
from tools.memory import peak
from tools.rival_gates import Asked, great_expectations_gate, pandera_gate

_ROUNDS = 5
_SLOW = 60.0  # seconds after which one round says enough
_FLOATS = [f"f{number}" for number in range(10)]
_SETS = [f"s{number}" for number in range(3)]
_VALUES = ["alpha", "beta", "gamma", "delta"]
_LEAST, _MOST = -1_000.0, 1_000.0
_MILLION = 1_000_000


def main() -> None:
    """Print seconds, ratios and extra peak memory, without and with duplicated rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5 * _MILLION)
    rows = parser.parse_args().rows
    logging.disable(logging.WARNING)  # Great Expectations tells what it does
    frame = made(rows)
    size = frame.memory_usage(index=False, deep=False).sum() / _MILLION
    print(f"{rows:,} rows x {len(frame.columns)} columns, {size:,.0f} MB; CPU seconds")
    print(f"  {'':32} {'seconds':>8} {'beside ours':>12} {'extra peak MB':>14}")
    ways: dict[str, Callable[[], Any]] = {
        "limit: one sum over the bytes": lambda: limit(frame),
        "validate_data_quality": lambda: ours(frame, duplicates=False),
        "naive pandas": lambda: naive(frame, duplicates=False),
        "validate_data_quality, duplicates": lambda: ours(frame, duplicates=True),
        "naive pandas, duplicates": lambda: naive(frame, duplicates=True),
        **rivals(frame, duplicates=False),
        **rivals(frame, duplicates=True),
        **on_polars(frame),
    }
    seconds = measured(ways)
    for name, median in seconds.items():
        base = "validate_data_quality" + (", duplicates" if name.endswith("duplicates") else "")
        base += ", polars" if name.endswith("polars") else ""
        told = f"{median / seconds[base]:.1f}"
        print(f"  {name:32} {median:8.3f} {told:>12} {peak(ways[name]):14,.0f}")


def made(rows: int) -> pd.DataFrame:
    """Make the frame, the same in every run."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {}
    for name in _FLOATS:
        values = rng.normal(50, 10, rows)
        values[rng.random(rows) < 0.02] = np.nan  # noqa: PLR2004 (as the text above has it)
        columns[name] = values
    for number in range(4):
        columns[f"i{number}"] = rng.integers(0, 1_000, rows)
    for name in _SETS:
        codes = rng.integers(0, len(_VALUES), rows)
        codes[rng.random(rows) < 0.01] = -1  # noqa: PLR2004 (as above)
        categories = pd.Categorical.from_codes(codes, categories=pd.Index(_VALUES))
        columns[name] = pd.Series(categories).astype("str")
    seconds = pd.to_timedelta(rng.integers(0, 10**7, rows), unit="s")
    columns["time"] = pd.Timestamp("2026-01-01") + seconds
    columns["flag"] = rng.random(rows) < 0.5  # noqa: PLR2004 (even odds)
    columns["id"] = pd.Series([f"c-{n:010d}" for n in rng.permutation(rows)], dtype="str")
    frame: pd.DataFrame = pd.DataFrame(columns)
    return frame


def contract(*, duplicates: bool) -> DataContract:
    """Ask for all checks."""
    columns: dict[str, dict[str, Any]] = {
        name: {"dtype": "float", "missing": 0.05, "min": _LEAST, "max": _MOST} for name in _FLOATS
    }
    columns |= {f"i{number}": {"dtype": "integer", "missing": 0} for number in range(4)}
    columns |= {name: {"dtype": "text", "missing": 0.05, "allowed": _VALUES} for name in _SETS}
    columns |= {
        "time": {"dtype": "datetime", "missing": 0},
        "flag": {"dtype": "bool", "missing": 0},
        "id": {"dtype": "text", "missing": 0, "unique": True},
    }
    asked = {"rows": {"min": 100}, "missing": 0.05, "columns": columns}
    return DataContract.of(asked | ({"duplicates": 0} if duplicates else {}))


def limit(frame: pd.DataFrame) -> float:
    """Read every number once, which nothing that looks at all of them can undercut."""
    wide = frame.select_dtypes(["float64", "int64", "datetime"])
    return sum(float(wide[name].to_numpy().view(np.int64).sum()) for name in wide)


def ours(frame: Any, *, duplicates: bool) -> None:
    """Measure and judge the frame, as the step does between ZenML's own work."""
    rules = DataRules(100, 0.1, None, None, None)
    checks = planned(rules, contract(duplicates=duplicates))
    verdict = judge_frame(checks, read_facts(frame, checks))
    if verdict.failures:
        raise AssertionError(verdict.failures)


def naive(frame: pd.DataFrame, *, duplicates: bool) -> None:
    """Check the frame as most users would write it."""
    failed: list[Any] = [len(frame) < 100]  # noqa: PLR2004 (as in the contract)
    missing = frame.isna().sum()
    failed += [missing.sum() / frame.size > 0.05, *(missing / len(frame) > 0.05)]  # noqa: PLR2004
    kinds = dict(zip(frame.columns, frame.dtypes, strict=True))
    failed += [str(kinds[name]) != "float64" for name in _FLOATS]
    failed += [((frame[name] < _LEAST) | (frame[name] > _MOST)).any() for name in _FLOATS]
    failed += [(~frame[name].isin(_VALUES) & frame[name].notna()).any() for name in _SETS]
    failed.append(frame["id"].duplicated().any())
    if duplicates:
        failed.append(frame.duplicated().any())
    if any(failed):
        raise AssertionError(failed)


def rivals(frame: pd.DataFrame, *, duplicates: bool) -> dict[str, Callable[[], Any]]:
    """Return the rivals, asked the same."""
    asked = Asked(
        rows=100,
        missing=0.05,
        ranges=dict.fromkeys(_FLOATS, (_LEAST, _MOST)),
        sets=dict.fromkeys(_SETS, _VALUES),
        key="id",
        duplicates=duplicates,
    )
    more = ", duplicates" if duplicates else ""
    return {
        f"Pandera{more}": pandera_gate(frame, asked),
        f"Great Expectations{more}": great_expectations_gate(frame, asked),
    }


def on_polars(frame: pd.DataFrame) -> dict[str, Callable[[], Any]]:
    """Return the gate on the same frame in polars, and what a user of polars would write."""
    table = pl.from_pandas(frame)
    return {
        "validate_data_quality, polars": lambda: ours(table, duplicates=False),
        "by hand in polars": lambda: by_hand(table),
    }


def by_hand(table: pl.DataFrame) -> None:
    """Check the frame by one lazy query."""
    floats = pl.col(_FLOATS)
    counted = table.lazy().with_columns(floats.fill_nan(None))
    outside = (floats < _LEAST) | (floats > _MOST)
    query = counted.select(
        pl.all().null_count().name.prefix("missing "),
        outside.sum().name.prefix("outside "),
        (~pl.col(_SETS).is_in(_VALUES)).sum().name.prefix("other "),
        (pl.len() - pl.col("id").n_unique()).alias("repeated id"),
    )
    found = query.collect().row(0, named=True)
    missing = [count for name, count in found.items() if name.startswith("missing ")]
    failed = [count for name, count in found.items() if not name.startswith("missing ")]
    if any(failed) or max(missing) > 0.05 * len(table):
        raise AssertionError(found)


def measured(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Measure the median CPU time of each way, in turns, so that a busy moment hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            if sum(seconds[name]) > _SLOW:
                continue
            start = time.process_time()
            way()
            seconds[name].append(time.process_time() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


if __name__ == "__main__":
    main()
