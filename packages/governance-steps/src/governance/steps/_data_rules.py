"""The rules of the data gate: facts about a frame in, a verdict out."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from governance.steps._parameter import column_names, fraction, optional_fraction, row_count
from governance.steps._verdict import Check, Verdict
from governance.steps._wording import column_label


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the rules need to know about a frame.

    Args:
        rows: Number of rows.
        labels: Column labels from left to right.
        missing: Missing cells of each column, in the order of `labels`.
        duplicated_rows: Rows that equal an earlier row; None if they were not counted.
        incomparable: Labels of columns with cells that cannot be compared with each other,
            because of which duplicated rows could not be counted.
    """

    rows: int
    labels: tuple[Hashable, ...]
    missing: tuple[int, ...]
    duplicated_rows: int | None = None
    incomparable: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class DataRules:
    """The parameters of the data gate, checked.

    Args:
        min_rows: Fewest rows.
        max_missing_fraction: Largest share of missing cells in the whole frame, 0 to 1.
        max_column_missing_fraction: Largest share of missing cells in any one column.
        required_columns: Names of columns that must be there.
        max_duplicate_fraction: Largest share of rows that equal an earlier row.

    Raises:
        GateConfigurationError: If one of them cannot be such a rule.
    """

    min_rows: int
    max_missing_fraction: float
    max_column_missing_fraction: float | None
    required_columns: list[str] | None
    max_duplicate_fraction: float | None

    def __post_init__(self) -> None:
        for name, accept in (
            ("min_rows", row_count),
            ("max_missing_fraction", fraction),
            ("max_column_missing_fraction", optional_fraction),
            ("required_columns", column_names),
            ("max_duplicate_fraction", optional_fraction),
        ):
            object.__setattr__(self, name, accept(name, getattr(self, name)))


def judge_frame(rules: DataRules, facts: FrameFacts) -> Verdict:
    """Hold a frame against the rules.

    A share of nothing (no rows, or no columns) is not computed: such a frame fails
    `min_rows` or `has_columns`.

    Args:
        rules: What is asked.
        facts: What the frame has.
    """
    checks = [*_shape(rules, facts)]
    if facts.rows and facts.labels:
        checks += [*_missing(rules, facts), *_duplicates(rules, facts)]
    return Verdict(tuple(checks))


def _shape(rules: DataRules, facts: FrameFacts) -> Iterator[Check]:
    yield Check("min_rows", None, rules.min_rows, facts.rows, passed=facts.rows >= rules.min_rows)
    columns = len(facts.labels)
    yield Check("has_columns", None, "at least 1", columns, passed=columns > 0)
    repeated = {label: times for label, times in Counter(facts.labels).items() if times > 1}
    for label, times in repeated.items():
        found = f"{times} columns"
        yield Check("unique_column_names", column_label(label), "unique", found, passed=False)
    if not repeated:
        yield Check("unique_column_names", None, "unique", "unique", passed=True)
    present = set(facts.labels)
    for name in rules.required_columns or ():
        found = "present" if name in present else "absent"
        yield Check(
            "required_columns", column_label(name), "present", found, passed=name in present
        )


def _missing(rules: DataRules, facts: FrameFacts) -> Iterator[Check]:
    share = sum(facts.missing) / (facts.rows * len(facts.labels))
    limit = rules.max_missing_fraction
    yield Check("max_missing_fraction", None, limit, share, passed=share <= limit)
    column_limit = rules.max_column_missing_fraction
    if column_limit is not None:
        for label, missing in zip(facts.labels, facts.missing, strict=True):
            share = missing / facts.rows
            yield Check(
                "max_column_missing_fraction",
                column_label(label),
                column_limit,
                share,
                passed=share <= column_limit,
            )


def _duplicates(rules: DataRules, facts: FrameFacts) -> Iterator[Check]:
    limit = rules.max_duplicate_fraction
    if limit is None:
        return
    if facts.duplicated_rows is None:
        # Undecided is not passed.
        found = "unknown: cells such as lists cannot be compared"
        for label in facts.incomparable:
            yield Check("max_duplicate_fraction", column_label(label), limit, found, passed=False)
        return
    share = facts.duplicated_rows / facts.rows
    yield Check("max_duplicate_fraction", None, limit, share, passed=share <= limit)
