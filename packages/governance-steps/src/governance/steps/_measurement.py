"""Everything that the checks ask of a pandas frame, each column read once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd

from governance.steps._check import CELL_KINDS, Check
from governance.steps._column import Column, is_comparable
from governance.steps._column_rule import COLUMN_RULES, key_duplicates
from governance.steps._duplicate import Duplicates, find_duplicates
from governance.steps._fact import EXAMPLES, FrameFacts, Measure, Unfit
from governance.steps._key import Rows
from governance.steps._scan import scan_column


def measure_frame(frame: pd.DataFrame, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame.

    It is read where it lies. Memory beside it: a block of one column at a time; for
    duplicated rows, a few integers per row.

    Args:
        frame: The data.
        checks: What is asked. A check on a column that is absent, or there twice, is left
            out.
        now: The time from which a column's age is counted.
    """
    columns = [column for _, column in frame.items()]
    facts = _scanned(frame, columns, checks)
    measures, candidates = _judged_whole(frame, checks, now)
    facts = replace(facts, measures={**facts.measures, **measures})
    if not columns or all(check.kind != "max_duplicate_fraction" for check in checks):
        return facts
    incomparable = tuple(
        label
        for label, column in zip(facts.labels, columns, strict=True)
        if not is_comparable(column)
    )
    if incomparable:
        return replace(facts, incomparable=incomparable)
    return replace(facts, duplicates=_counted(find_duplicates(columns, candidates)))


def _scanned(frame: pd.DataFrame, columns: list[Column], checks: Sequence[Check]) -> FrameFacts:
    """Count missing cells, and those that miss a rule of their column, in one pass each."""
    labels = tuple(frame.columns)
    times = Counter(labels)
    asked: defaultdict[object, dict[int, Check]] = defaultdict(dict)
    for number, check in enumerate(checks):
        if check.kind in CELL_KINDS and times[check.columns[0]] == 1:
            asked[check.columns[0]][number] = check
    missing = []
    measures: dict[int, Measure] = {}
    for label, column in zip(labels, columns, strict=True):
        own = asked[label]
        gaps, found = scan_column(column, list(own.values()))
        missing.append(gaps)
        measures |= dict(zip(own, found, strict=True))
    return FrameFacts(len(frame), labels, tuple(missing), measures=measures)


def _judged_whole(
    frame: pd.DataFrame, checks: Sequence[Check], now: datetime
) -> tuple[dict[int, Measure], Rows | None]:
    """Measure what concerns whole columns, and the fewest candidates a key has left."""
    times = Counter(frame.columns)
    measures: dict[int, Measure] = {}
    candidates: Rows | None = None
    for number, check in enumerate(checks):
        whole = check.kind == "unique_key" or check.kind in COLUMN_RULES
        if not whole or any(times[name] != 1 for name in check.columns):
            continue
        named = [frame[name] for name in check.columns]
        try:
            if check.kind in COLUMN_RULES:
                measures[number] = COLUMN_RULES[check.kind](named, check, now)
                continue
            key = key_duplicates(named)
        except Unfit as unfit:
            measures[number] = Measure(problem=str(unfit))
            continue
        measures[number] = _counted(key)
        if candidates is None or len(key.candidates) < len(candidates):
            candidates = key.candidates
    return measures, candidates


def _counted(duplicates: Duplicates) -> Measure:
    rows = duplicates.rows
    return Measure(len(rows), tuple(rows[:EXAMPLES].tolist()))
