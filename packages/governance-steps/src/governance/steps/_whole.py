"""What the parts of a frame say together."""

import operator
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
import pandas as pd

from governance.steps._check import Check
from governance.steps._column_rule import SHARES
from governance.steps._duplicate import find_duplicates
from governance.steps._fact import EXAMPLES, FrameFacts, Measure
from governance.steps._key import Keys, Rows, rows_of_repeated
from governance.steps._part import Edge, Part, measure_part
from governance.steps._part_source import PartSource

_INCOMPARABLE = Measure(problem="object, with cells that cannot be compared")


def measure_parts(source: PartSource, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame that comes in parts.

    Each part is looked at once, and once more where rows may be repeated: then the rows in
    question are brought together. Memory: what the source takes for a part, 8 bytes a row
    for each key and for duplicated rows, and the distinct values for shares.

    Args:
        source: The frame.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    parts = list(source.each(partial(measure_part, checks=checks, now=now)))
    first = parts[0].facts
    starts = np.cumsum([0, *(part.facts.rows for part in parts)]).tolist()
    missing = tuple(map(sum, zip(*(part.facts.missing for part in parts), strict=True)))
    measures = {number: _merged(number, checks[number], parts, starts) for number in first.measures}
    for number in parts[0].counts:
        measures[number] = _shares(checks[number], [part.counts[number] for part in parts])
    facts = FrameFacts(starts[-1], first.labels, missing, measures=measures)
    return _with_repeated(source, checks, parts, starts, facts)


def _merged(number: int, check: Check, parts: list[Part], starts: list[int]) -> Measure:
    found = [part.facts.measures[number] for part in parts]
    problem = next((measure for measure in found if measure.problem is not None), None)
    if problem is not None:
        return problem
    if check.kind == "dtype":
        return Measure(figure=_family(check.columns[0], parts, number))
    if check.kind == "freshness":
        return Measure(figure=min(float(measure.figure or 0) for measure in found))
    count = sum(measure.count for measure in found)
    rows = [
        start + row for start, measure in zip(starts, found, strict=False) for row in measure.rows
    ]
    if check.kind == "order":
        between = _steps_back(check, [part.edges[number] for part in parts], starts)
        count += len(between)
        rows += between
    return Measure(count, tuple(sorted(rows)[:EXAMPLES]))


def _family(name: str, parts: list[Part], number: int) -> str:
    place = parts[0].facts.labels.index(name)
    told = [str(part.facts.measures[number].figure) for part in parts]
    # Of Python objects the values decide, and a part without any says nothing.
    empty = [part.facts.missing[place] == part.facts.rows for part in parts]
    families = {family for family, none in zip(told, empty, strict=True) if not none} or set(told)
    return families.pop() if len(families) == 1 else "object"


def _steps_back(check: Check, edges: Sequence[Edge | None], starts: list[int]) -> list[int]:
    """Return the rows at which a part begins on the wrong side of where the last one ended."""
    wrong = operator.gt if check.parameters["order"] == "decreasing" else operator.lt
    rows = []
    last: Edge | None = None
    for start, edge in zip(starts, edges, strict=False):
        if edge is not None:
            if last is not None and wrong(edge.first, last.last):
                rows.append(start + edge.row)
            last = edge
    return rows


def _shares(check: Check, counts: "Sequence[pd.Series[int] | None]") -> Measure:
    told = [each for each in counts if each is not None]
    if len(told) < len(counts):
        return _INCOMPARABLE
    together = pd.concat(told).groupby(level=0, sort=False).sum()
    return Measure(figure=SHARES[check.kind](together.to_numpy(dtype=np.int64)))


def _with_repeated(
    source: PartSource,
    checks: Sequence[Check],
    parts: list[Part],
    starts: list[int],
    facts: FrameFacts,
) -> FrameFacts:
    """Answer the checks on keys and duplicated rows."""
    measures = dict(facts.measures)
    candidates: Rows | None = None
    for number in list(parts[0].keys):
        repeated = _repeated([part.keys.pop(number) for part in parts])
        if repeated is None:
            measures[number] = _INCOMPARABLE
            continue
        if candidates is None or repeated.size < candidates.size:
            candidates = repeated
        if checks[number].columns:
            measures[number] = _compared(source, checks[number].columns, repeated, starts)
    unknown = {label for part in parts for label in part.incomparable}
    incomparable = tuple(label for label in facts.labels if label in unknown)
    asked = any(check.kind == "max_duplicate_fraction" for check in checks)
    duplicates = (
        _compared(source, (), candidates, starts)
        if asked and candidates is not None and not incomparable
        else None
    )
    return replace(facts, measures=measures, duplicates=duplicates, incomparable=incomparable)


def _repeated(keys: Sequence[Keys | None]) -> Rows | None:
    """Return the rows whose key occurs more than once in all parts; None without keys."""
    told = [each for each in keys if each is not None]
    return rows_of_repeated(np.concatenate(told)) if len(told) == len(keys) else None


def _compared(source: PartSource, names: tuple[str, ...], rows: Rows, starts: list[int]) -> Measure:
    """Bring the rows together whose key is repeated, and compare them in some or all columns."""
    if not rows.size:
        return Measure()
    pieces = np.split(rows, np.searchsorted(rows, starts[1:-1]))
    wanted = [piece - start for piece, start in zip(pieces, starts, strict=False)]
    frame = pd.concat(list(source.each(partial(_picked, names=names), wanted)), ignore_index=True)
    found = rows[find_duplicates([column for _, column in frame.items()]).rows]
    return Measure(len(found), tuple(found[:EXAMPLES].tolist()))


def _picked(frame: pd.DataFrame, rows: Rows, names: tuple[str, ...]) -> pd.DataFrame:
    picked: pd.DataFrame = (frame[list(names)] if names else frame).iloc[rows]
    # By their place: two columns may have one name, and labels any type.
    picked.columns = pd.RangeIndex(picked.shape[1])
    return picked
