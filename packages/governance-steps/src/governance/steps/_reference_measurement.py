"""Everything that the checks ask of a frame beside its reference."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from governance.steps._check import Check
from governance.steps._column import Column
from governance.steps._column_pair import sample_of
from governance.steps._drift_sample import measured_drift
from governance.steps._extract import Extract
from governance.steps._fact import EXAMPLES, Measure, Unfit
from governance.steps._overlap import overlapping
from governance.steps._wording import column_label

Measures: TypeAlias = dict[Hashable, Measure]


class _Side:
    """The data or its reference: columns whose label no other column has.

    Args:
        extract: What can be brought of it into memory.
    """

    def __init__(self, extract: Extract) -> None:
        self._extract = extract
        self.times = Counter(extract.labels)
        self.places = {
            label: place for place, label in enumerate(extract.labels) if self.times[label] == 1
        }

    @cached_property
    def rows(self) -> int:
        return self._extract.rows()

    def columns(self, labels: Sequence[Hashable]) -> list[Column]:
        frame = self._extract.columns([self.places[label] for label in labels])
        return [column for _, column in frame.items()]

    def check_has(self, label: Hashable) -> None:
        """See that there is one column of a label, with a row.

        Raises:
            Unfit: If there is not.
        """
        if label not in self.places:
            times = self.times[label]
            told = column_label(label)
            raise Unfit(f"the reference has {times or 'no'} column{'s' * (times > 1)} {told!r}")
        if not self.rows:
            raise Unfit(_NO_ROWS)


def measure_reference(
    data: Extract, reference: Extract, checks: Sequence[Check]
) -> Mapping[int, Measures]:
    """Measure a frame beside its reference.

    Memory beside what is there already: one column of both at a time, for rows in both the
    columns that are compared and a few integers per row.

    Args:
        data: The data.
        reference: What it is held against.
        checks: What is asked. A check on a column that is absent, or there twice, is left
            out.

    Returns:
        What the checks against a reference found, by their place in the plan and by column.
    """
    sides = _Side(data), _Side(reference)
    return {
        number: _MEASURED[check.kind](*sides, check)
        for number, check in enumerate(checks)
        if check.kind in _MEASURED and sides[0].rows
    }


def _row_change(data: _Side, reference: _Side, _check: Check) -> Measures:
    if not reference.rows:
        return {None: Measure(problem=_NO_ROWS)}
    return {None: Measure(figure=abs(data.rows - reference.rows) / reference.rows)}


def _drift(data: _Side, reference: _Side, check: Check) -> Measures:
    apart = check.parameters.get("apart", ())
    asked = check.columns or [
        label for label in data.places if label in reference.times and label not in apart
    ]
    if not check.columns and not set(data.places) & set(reference.times):
        return {None: Measure(problem=_NONE_SHARED)}
    found: Measures = {}
    for label in asked:
        if label in data.places:
            try:
                reference.check_has(label)
                pair = (*reference.columns([label]), *data.columns([label]))
                found[label] = measured_drift(sample_of(*pair), check)
            except Unfit as unfit:
                found[label] = Measure(problem=str(unfit))
    return found


def _overlap(data: _Side, reference: _Side, check: Check) -> Measures:
    names = check.columns or [label for label in data.places if label in reference.places]
    if any(name not in data.places for name in names):
        return {}
    if not names:
        return {None: Measure(problem=_NONE_SHARED)}
    try:
        for name in names:
            reference.check_has(name)
        pairs = zip(data.columns(names), reference.columns(names), strict=True)
        rows = overlapping(list(pairs))
    except Unfit as unfit:
        return {None: Measure(problem=str(unfit))}
    first = tuple(rows[:EXAMPLES].tolist())
    return {None: Measure(len(rows), first, len(rows) / data.rows)}


_MEASURED: dict[str, Callable[[_Side, _Side, Check], Measures]] = {
    "max_row_change": _row_change,
    "max_drift": _drift,
    "max_overlap": _overlap,
}
_NONE_SHARED = "no column is in both"
_NO_ROWS = "the reference has no rows"
