"""Everything that the checks ask of a pandas frame beside its reference."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeAlias

import pandas as pd

from governance.steps._check import Check
from governance.steps._column import Column
from governance.steps._column_pair import sample_of
from governance.steps._drift_sample import measured_drift
from governance.steps._fact import EXAMPLES, Measure, Unfit
from governance.steps._overlap import overlapping
from governance.steps._wording import column_label

Measures: TypeAlias = dict[Hashable, Measure]


def measure_reference(
    frame: pd.DataFrame, reference: pd.DataFrame, checks: Sequence[Check]
) -> Mapping[int, Measures]:
    """Measure a frame beside its reference.

    Memory beside them: the numbers of one column at a time; for rows in both, a few integers
    per row.

    Args:
        frame: The data.
        reference: What it is held against.
        checks: What is asked. A check on a column that is absent, or there twice, is left
            out.

    Returns:
        What the checks against a reference found, by their place in the plan and by column.
    """
    return {
        number: _MEASURED[check.kind](frame, reference, check)
        for number, check in enumerate(checks)
        if check.kind in _MEASURED and len(frame)
    }


def _row_change(frame: pd.DataFrame, reference: pd.DataFrame, _check: Check) -> Measures:
    if not len(reference):
        return {None: Measure(problem=_NO_ROWS)}
    return {None: Measure(figure=abs(len(frame) - len(reference)) / len(reference))}


def _drift(frame: pd.DataFrame, reference: pd.DataFrame, check: Check) -> Measures:
    apart = check.parameters.get("apart", ())
    columns, others = _single(frame), _single(reference)
    asked = check.columns or [
        label for label in columns if label in reference.columns and label not in apart
    ]
    if not check.columns and not set(columns) & set(reference.columns):
        return {None: Measure(problem=_NONE_SHARED)}
    found: Measures = {}
    for label in asked:
        if label in columns:
            try:
                other = _other(label, others, reference)
                found[label] = measured_drift(sample_of(other, columns[label]), check)
            except Unfit as unfit:
                found[label] = Measure(problem=str(unfit))
    return found


def _overlap(frame: pd.DataFrame, reference: pd.DataFrame, check: Check) -> Measures:
    columns, others = _single(frame), _single(reference)
    names = check.columns or [label for label in columns if label in others]
    if any(name not in columns for name in names):
        return {}
    if not names:
        return {None: Measure(problem=_NONE_SHARED)}
    try:
        rows = overlapping([(columns[name], _other(name, others, reference)) for name in names])
    except Unfit as unfit:
        return {None: Measure(problem=str(unfit))}
    first = tuple(rows[:EXAMPLES].tolist())
    return {None: Measure(len(rows), first, len(rows) / len(frame))}


_MEASURED: dict[str, Callable[[pd.DataFrame, pd.DataFrame, Check], Measures]] = {
    "max_row_change": _row_change,
    "max_drift": _drift,
    "max_overlap": _overlap,
}
_NONE_SHARED = "no column is in both"
_NO_ROWS = "the reference has no rows"


def _single(frame: pd.DataFrame) -> dict[Hashable, Column]:
    """Return the columns whose label no other column has."""
    times = Counter[Hashable](frame.columns)
    return {label: column for label, column in frame.items() if times[label] == 1}


def _other(label: Hashable, others: dict[Hashable, Column], reference: pd.DataFrame) -> Column:
    """Return the column of a label that the reference has."""
    if label not in others:
        times = list[Hashable](reference.columns).count(label)
        told = column_label(label)
        raise Unfit(f"the reference has {times or 'no'} column{'s' * (times > 1)} {told!r}")
    if not len(reference):
        raise Unfit(_NO_ROWS)
    return others[label]
