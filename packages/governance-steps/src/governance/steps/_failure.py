"""What a gate raises: errors that carry every failed check, as text and as data."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

Figure = int | float | str
"""What a check requires or finds: a number, or words where no number fits."""

_MOST_ROWS = 25  # A message is read in a terminal or a chat; `.failures` has the rest.


class GateConfigurationError(Exception):
    """A gate was called wrongly: an impossible threshold, or data it does not know.

    Deliberately no `ValueError`: pydantic, and so ZenML, would replace the message of
    a `ValueError` raised while a pipeline is composed by one without the reason.
    """


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed check.

    Attributes:
        check: Name of the rule. Where a parameter of the gate sets the rule, the
            parameter's name.
        subject: The column or metric the check is about; None if it is about the whole.
            A column label that is not a string is given as its `repr`, one of over 100
            characters is cut.
        required: What the rule asks for.
        found: What the data or the metrics have.
        count: How many cells or rows miss the rule; None where that is no matter of a count.
        rows: Positions of the first few of them, counted from 0, where they are known.
    """

    check: str
    subject: str | None
    required: Figure
    found: Figure
    # Version 1.0.0 had none of these: two failures that were equal then still are.
    count: int | None = field(default=None, compare=False)
    rows: tuple[int, ...] = field(default=(), compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, safe for strict JSON (no NaN, no infinity).

        `count` and `rows` are there where there is a count.
        """
        fields: dict[str, Any] = {
            name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
            for name in ("check", "subject", "required", "found")
            for value in [getattr(self, name)]
        }
        return (
            fields
            if self.count is None
            else {
                **fields,
                "count": self.count,
                "rows": list(self.rows),
            }
        )


class _GateError(ValueError):
    """The failed checks of one gate, as a table in the message and in `failures`."""

    _title: ClassVar[str]
    _subject: ClassVar[str]
    _remedy: ClassVar[str]

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = tuple(failures)
        count = len(self.failures)
        lines = [
            f"{self._title}: {count} check{'s' if count != 1 else ''} failed.",
            *failure_table(self.failures[:_MOST_ROWS], self._subject),
        ]
        if count > _MOST_ROWS:
            lines.append(f"  ... and {count - _MOST_ROWS} more, all in the error's `failures`.")
        super().__init__("\n".join([*lines, self._remedy]))

    def __reduce__(self) -> tuple[type["_GateError"], tuple[tuple[Failure, ...]]]:
        # Exceptions are rebuilt from `args`, which holds the message and not the failures.
        return type(self), (self.failures,)


class DataQualityError(_GateError):
    """The data missed at least one rule of `validate_data_quality`.

    Attributes:
        failures: Every failed check, in the order of the message.
    """

    _title = "The data did not pass validate_data_quality"
    _subject = "column"
    _remedy = (
        "Repair the data or, where a rule is wrong for it, change the gate's parameter or the "
        "contract."
    )


class ModelPerformanceError(_GateError):
    """The metrics missed at least one rule of `validate_model_performance`.

    Attributes:
        failures: Every failed check, in the order of the message.
    """

    _title = "The model did not pass validate_model_performance"
    _subject = "metric"
    _remedy = (
        "Improve the model, or correct its metrics, or, where a rule is wrong for it, change the "
        "gate's parameter of that name."
    )


def failure_table(failures: Sequence[Failure], subject: str) -> list[str]:
    """Return failed checks as lines of a table.

    Args:
        failures: The checks, one a line.
        subject: What they are about: a column, or a metric.
    """
    rows: list[tuple[str, ...]] = [("check", subject, "required", "found")]
    rows += [(f.check, f.subject or "-", *in_words(f)) for f in failures]
    if any(f.count is not None for f in failures):
        examples = [("count", "first rows"), *map(_examples, failures)]
        rows = [row + more for row, more in zip(rows, examples, strict=True)]
    return _table(rows)


def in_words(failure: Failure) -> tuple[str, str]:
    """Return what a check requires and finds, as a reader wants to see them."""
    limit = {"min": "at least ", "max": "at most "}.get(failure.check.partition("_")[0], "")
    return f"{limit}{failure.required}", _rounded(failure.found, failure.required)


def _examples(failure: Failure) -> tuple[str, str]:
    count = "-" if failure.count is None else str(failure.count)
    return count, ", ".join(map(str, failure.rows)) or "-"


def _rounded(found: Figure, required: Figure) -> str:
    if not isinstance(found, float) or isinstance(required, str):
        return str(found)
    text = f"{found:.6g}"
    # Rounding must not carry a figure over its limit: 0.6999999 is not told as 0.7.
    same_side = (float(text) < required, float(text) > required) == (
        found < required,
        found > required,
    )
    return text if same_side else str(found)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
