"""What is made of the facts: every check held against what was measured."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from governance.steps._check import FAMILIES, REFERENCE_KINDS, Check
from governance.steps._fact import FrameFacts, Measure
from governance.steps._failure import Figure
from governance.steps._reference_outcome import reference_outcomes
from governance.steps._requirement import asked_for, told_seconds
from governance.steps._verdict import Outcome, Verdict
from governance.steps._wording import column_label

_SIMILAR = 0.75  # on difflib's scale from 0 to 1
_MOST_HINTS = 20  # looking for a similar name among many takes its time
_SHAPE = ("min_rows", "max_rows")


def judge_frame(checks: Sequence[Check], facts: FrameFacts) -> Verdict:
    """Hold a frame against a plan of checks.

    That there is a column, and that no two have the same name, is always asked. A column
    that a check names and that is absent is one failure, however many checks name it. A
    share of nothing (no rows, or no columns) is not computed: the frame fails for what it
    lacks.

    Args:
        checks: What is asked.
        facts: What was measured.
    """
    outcomes = [outcome for check in checks for outcome in _rows(check, facts)]
    outcomes += [*_names(facts), *_presence(checks, facts)]
    for number, check in enumerate(checks):
        if check.kind in _FRAME:
            outcomes += _FRAME[check.kind](check, facts)
        elif check.kind in REFERENCE_KINDS:
            outcomes += reference_outcomes(number, check, facts)
        elif number in facts.measures and facts.rows:
            outcomes.append(_measured(check, facts.measures[number], facts.rows))
    return Verdict(tuple(outcomes))


def _rows(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    if check.kind in _SHAPE:
        few = check.kind == "max_rows"
        passed = facts.rows <= check.limit if few else facts.rows >= check.limit
        yield _outcome(check, None, check.limit, facts.rows, passed=passed)


def _names(facts: FrameFacts) -> Iterator[Outcome]:
    columns = len(facts.labels)
    yield Outcome("has_columns", None, "at least 1", columns, passed=columns > 0)
    repeated = {label: times for label, times in Counter(facts.labels).items() if times > 1}
    for label, times in repeated.items():
        found = f"{times} columns"
        yield Outcome("unique_column_names", column_label(label), "unique", found, passed=False)
    if not repeated:
        yield Outcome("unique_column_names", None, "unique", "unique", passed=True)


def _presence(checks: Sequence[Check], facts: FrameFacts) -> Iterator[Outcome]:
    """Tell each column that was asked for, and each one that another check only assumes."""
    present = set(facts.labels)
    names = [label for label in facts.labels if isinstance(label, str)]
    severities: dict[str, set[str]] = {}
    for check in checks:
        for name in check.columns:
            if check.kind == "required_columns" or name not in present:
                severities.setdefault(name, set()).add(check.severity)
    hints = _MOST_HINTS
    for name, wanted in severities.items():
        found = "present" if name in present else "absent"
        if name not in present and hints:
            hints -= 1
            similar = get_close_matches(name, names, n=1, cutoff=_SIMILAR) or [
                label for label in names if label.lower() == name.lower()
            ]
            found += f", did you mean {column_label(similar[0])!r}?" if similar else ""
        yield Outcome(
            "required_columns",
            column_label(name),
            "present",
            found,
            passed=name in present,
            severity="error" if "error" in wanted else "warn",
        )


def _missing(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    if facts.rows and facts.labels:
        count = sum(facts.missing)
        share = count / (facts.rows * len(facts.labels))
        yield _outcome(check, None, check.limit, share, passed=share <= check.limit, count=count)


def _column_missing(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    for label, count in zip(facts.labels, facts.missing, strict=True):
        if facts.rows and check.columns in {(), (label,)}:
            share = count / facts.rows
            subject = column_label(label)
            passed = share <= check.limit
            yield _outcome(check, subject, check.limit, share, passed=passed, count=count)


def _duplicates(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    if not (facts.rows and facts.labels):
        return
    if facts.duplicates is None:
        # Undecided is not passed.
        found = "unknown: cells such as lists cannot be compared"
        for label in facts.incomparable:
            yield _outcome(check, column_label(label), check.limit, found, passed=False)
        return
    measure = facts.duplicates
    share = measure.count / facts.rows
    passed = share <= check.limit
    yield _outcome(
        check, None, check.limit, share, passed=passed, count=measure.count, rows=measure.rows
    )


def _column_order(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    wanted = [name for name in check.parameters["names"] if name in facts.labels]
    place = {name: number for number, name in enumerate(wanted)}
    found = [label for label in facts.labels if label in place]
    pairs = zip(wanted, found, strict=False)
    first = next(((a, b) for a, b in pairs if a != b), None)
    told = "as required" if first is None else f"{column_label(first[1])!r} in its place"
    subject = None if first is None else column_label(first[0])
    yield _outcome(check, subject, "in the contract's order", told, passed=first is None)


def _no_extra(check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    known = set(check.parameters["names"])
    extra = [label for label in dict.fromkeys(facts.labels) if label not in known]
    for label in extra:
        yield _outcome(check, column_label(label), "no such column", "present", passed=False)
    if not extra:
        yield _outcome(check, None, "no other column", "none", passed=True)


_FRAME: dict[str, Callable[[Check, FrameFacts], Iterator[Outcome]]] = {
    "max_missing_fraction": _missing,
    "max_column_missing_fraction": _column_missing,
    "max_duplicate_fraction": _duplicates,
    "column_order": _column_order,
    "no_extra_columns": _no_extra,
}


def _measured(check: Check, measure: Measure, rows: int) -> Outcome:
    names = check.columns[:1] if check.kind == "comparison" else check.columns
    subject = ", ".join(map(column_label, names))
    required = asked_for(check)
    figure = measure.figure
    if measure.problem is not None:
        # Undecided is not passed.
        return _outcome(check, subject, required, f"unknown: {measure.problem}", passed=False)
    if figure is None:
        count = measure.count
        found = f"not in {count} of {rows} rows" if count else "in all rows"
        return _outcome(
            check, subject, required, found, passed=not count, count=count, rows=measure.rows
        )
    if isinstance(figure, str):
        fits = figure in FAMILIES[check.parameters["dtype"]]
        return _outcome(check, subject, required, figure, passed=fits)
    passed = figure >= check.limit if check.kind.startswith("min") else figure <= check.limit
    told = told_seconds(figure) if check.kind == "freshness" else figure
    return _outcome(check, subject, required, told, passed=passed)


def _outcome(
    check: Check,
    subject: str | None,
    required: Figure,
    found: Figure,
    *,
    passed: bool,
    count: int | None = None,
    rows: tuple[int, ...] = (),
) -> Outcome:
    return Outcome(
        check.kind,
        subject,
        required,
        found,
        passed,
        severity=check.severity,
        count=count,
        rows=rows,
    )
