"""Everything that the checks ask of an engine that answers queries, in few of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from governance.steps._bound import nanoseconds
from governance.steps._check import CELL_KINDS, Check
from governance.steps._column_rule import COLUMN_RULES, SHARES
from governance.steps._dialect import Derived, Dialect
from governance.steps._fact import EXAMPLES, FrameFacts, Measure, Unfit
from governance.steps._query_field import Field
from governance.steps._query_pair import comparison_of
from governance.steps._query_rule import Ruling, ruling_of

_INCOMPARABLE = "object, with cells that cannot be compared"


@dataclass(slots=True)
class _Plan:
    """What is asked of the engine, by the checks' places in the plan of the gate."""

    rulings: dict[int, Ruling] = field(default_factory=dict)
    newest: dict[int, Field] = field(default_factory=dict)
    keys: dict[int, list[str]] = field(default_factory=dict)
    shares: dict[int, str] = field(default_factory=dict)
    derived: list[Derived] = field(default_factory=list)
    measures: dict[int, Measure] = field(default_factory=dict)


def measure_query(dialect: Dialect, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame of an engine that answers queries, of which it collects nothing.

    One query counts the missing cells and those that miss a rule; each key, each column of
    which shares are asked, and duplicated rows take one more. Where a key is known to be
    unique no row is duplicated, and that query is left out. Where rows have a position, one
    more query finds the first ones that miss a rule.

    Args:
        dialect: The frame.
        checks: What is asked. A check on a column that is absent, or there twice, is left
            out.
        now: The time from which a column's age is counted.
    """
    fields = dialect.fields()
    plan = _planned(dialect, fields, checks, now)
    prepared = dialect.prepared(plan.derived)
    frame: nw.LazyFrame[Any] = nw.from_native(prepared)
    shares = sorted(set(plan.shares.values()))
    queries = [_counted(frame, fields, plan)]
    queries += [_distinct(frame, names) for names in plan.keys.values()]
    queries += [_occurrences(frame, name) for name in shares]
    counts, *more = dialect.answers([nw.to_native(query) for query in queries])
    rows, *told = (0 if count is None else int(count) for count in counts)
    missing = tuple(rows - count for count in told[: len(fields)])
    left = iter(told[len(fields) :])
    measures = dict(plan.measures)
    for number, ruling in plan.rulings.items():
        measures[number] = _judged(ruling, 0 if ruling.bad is None else next(left))
    for number, times in plan.newest.items():
        newest, empty = next(left), missing[times.place] == rows
        age = now.timestamp() - nanoseconds(times.example, newest) / 10**9
        measures[number] = Measure(figure=float("inf") if empty else age)
    for number, (distinct,) in zip(plan.keys, more, strict=False):
        measures[number] = Measure(rows - int(distinct or 0))
    occurring = dict(zip(shares, more[len(plan.keys) :], strict=True))
    for number, name in plan.shares.items():
        measures[number] = _share(checks[number], occurring[name])
    _locate(dialect, prepared, plan, measures)
    facts = FrameFacts(rows, tuple(field.label for field in fields), missing, measures=measures)
    return _with_duplicates(dialect, prepared, checks, fields, plan, facts)


def _planned(
    dialect: Dialect, fields: Sequence[Field], checks: Sequence[Check], now: datetime
) -> _Plan:
    plan = _Plan()
    times = Counter(field.label for field in fields)
    by_label = {field.label: field for field in fields}
    for number, check in enumerate(checks):
        if check.columns and all(times[name] == 1 for name in check.columns):
            try:
                _ask(plan, dialect, number, check, [by_label[name] for name in check.columns], now)
            except Unfit as unfit:
                plan.measures[number] = Measure(problem=str(unfit))
    return plan


def _ask(
    plan: _Plan,
    dialect: Dialect,
    number: int,
    check: Check,
    named: list[Field],
    now: datetime,
) -> None:
    if check.kind in CELL_KINDS:
        derived = Derived(f"x{number}", named[0], check)
        ruling = ruling_of(named[0], check, nw.col(derived.name))
        if ruling.derived:
            if check.kind in dialect.unable:
                raise Unfit(dialect.unable[check.kind])
            plan.derived.append(derived)
        plan.rulings[number] = ruling
    elif check.kind == "comparison":
        plan.rulings[number] = comparison_of(named[0], named[1], check)
    elif check.kind == "dtype":
        plan.measures[number] = Measure(figure=named[0].family)
    elif check.kind == "freshness":
        COLUMN_RULES[check.kind]([named[0].example], check, now)
        plan.newest[number] = named[0]
    elif check.kind in SHARES or check.kind == "unique_key":
        if any(each.nested for each in named):
            raise Unfit(_INCOMPARABLE)
        if check.kind in SHARES:
            plan.shares[number] = named[0].name
        else:
            plan.keys[number] = [each.name for each in named]


def _counted(frame: nw.LazyFrame[Any], fields: Sequence[Field], plan: _Plan) -> nw.LazyFrame[Any]:
    """Count rows, cells that are there, and those that miss a rule; and find newest times."""
    asked = [nw.len().alias("rows")]
    asked += [nw.col(each.name).count().alias(f"m{each.place}") for each in fields]
    asked += [
        nw.when(ruling.bad).then(nw.lit(1)).otherwise(nw.lit(None)).count().alias(f"b{number}")
        for number, ruling in plan.rulings.items()
        if ruling.bad is not None
    ]
    asked += [nw.col(each.name).max().alias(f"t{number}") for number, each in plan.newest.items()]
    return frame.select(*asked)


def _distinct(frame: nw.LazyFrame[Any], names: list[str]) -> nw.LazyFrame[Any]:
    """Count how many different rows there are; missing cells equal each other."""
    groups = frame.group_by(*names).agg(nw.len().alias("times"))
    return groups.select(nw.len().alias("distinct"))


def _occurrences(frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
    """Find how often the most and the least frequent value occur, and how often any does."""
    groups = frame.group_by(name).agg(nw.len().alias("times")).filter(~nw.col(name).is_null())
    times = nw.col("times")
    return groups.select(
        times.max().alias("most"), times.min().alias("least"), times.sum().alias("all")
    )


def _judged(ruling: Ruling, count: int) -> Measure:
    if ruling.problem is not None:
        return Measure(problem=ruling.problem) if count else Measure()
    return Measure(count)


def _share(check: Check, occurring: tuple[Any, ...]) -> Measure:
    most, least, every = (int(count or 0) for count in occurring)
    if not every:
        return Measure(figure=SHARES[check.kind](np.empty(0, np.int64)))
    return Measure(figure=(most if check.kind == "max_value_share" else least) / every)


def _locate(dialect: Dialect, prepared: Any, plan: _Plan, measures: dict[int, Measure]) -> None:
    """Have the first rows found that miss a rule; nothing is asked where all rows pass."""
    bad = {
        number: ruling.bad
        for number, ruling in plan.rulings.items()
        if measures[number].count and ruling.bad is not None
    }
    if bad:
        for number, rows in dialect.first_rows(prepared, bad, EXAMPLES).items():
            measures[number] = replace(measures[number], rows=rows)
    for number, names in plan.keys.items():
        if measures[number].count:
            rows = dialect.first_repeated(prepared, names, EXAMPLES)
            measures[number] = replace(measures[number], rows=rows)


def _with_duplicates(
    dialect: Dialect,
    prepared: Any,
    checks: Sequence[Check],
    fields: Sequence[Field],
    plan: _Plan,
    facts: FrameFacts,
) -> FrameFacts:
    if not fields or all(check.kind != "max_duplicate_fraction" for check in checks):
        return facts
    nested = tuple(each.label for each in fields if each.nested)
    if nested:
        return replace(facts, incomparable=nested)
    if any(not facts.measures[number].count for number in plan.keys):
        return replace(facts, duplicates=Measure())
    names = [each.name for each in fields]
    query = _distinct(nw.from_native(prepared), names)
    ((distinct,),) = dialect.answers([nw.to_native(query)])
    count = facts.rows - int(distinct or 0)
    rows = dialect.first_repeated(prepared, names, EXAMPLES) if count else ()
    return replace(facts, duplicates=Measure(count, rows))
