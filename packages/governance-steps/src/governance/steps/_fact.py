"""What was measured in a frame, for the rules to judge."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

EXAMPLES = 5
"""How many rows are named as examples."""


class Unfit(Exception):  # noqa: N818 (it does not leave this component)
    """A check does not fit the column that it is to read; the message says why."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a check found.

    Args:
        count: Cells, or rows, that miss the rule.
        rows: Positions of the first few of them, from 0.
        figure: What the rule limits, where that is no count: a share, an age in seconds, the
            family of a dtype.
        problem: Why nothing could be measured; None if it could.
        chance: What the figure exceeds in one of twenty cases by chance alone.
    """

    count: int = 0
    rows: tuple[int, ...] = ()
    figure: float | str | None = None
    problem: str | None = None
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the rules need to know about a frame.

    Args:
        rows: Number of rows.
        labels: Column labels from left to right.
        missing: Missing cells of each column, in the order of `labels`.
        duplicates: The rows that equal an earlier row; None if they were not counted.
        incomparable: Labels of columns with cells that cannot be compared with each other,
            because of which duplicated rows could not be counted.
        measures: What the checks on single columns found, by their place in the plan.
        against: What the checks against a reference found, by their place in the plan and by
            column; None stands for the whole frame.
    """

    rows: int
    labels: tuple[Hashable, ...]
    missing: tuple[int, ...]
    duplicates: Measure | None = None
    incomparable: tuple[Hashable, ...] = ()
    measures: Mapping[int, Measure] = field(default_factory=dict)
    against: Mapping[int, Mapping[Hashable, Measure]] = field(default_factory=dict)
