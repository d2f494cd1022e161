"""The checks that failed at a gate, as records tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.hooks._entry import Entry, known, objects, plain


@dataclass(frozen=True)
class Check:
    """A check that failed.

    Attributes:
        name: Name of the rule.
        subject: The column or metric it is about; empty if it is about the whole.
        required: What the rule asks for.
        found: What was there.
    """

    name: str
    subject: str
    required: str
    found: str

    def __str__(self) -> str:
        """Say it in one line: "missing of tenure: required 0.1, found 0.31"."""
        subject = f" of {self.subject}" if self.subject else ""
        return f"{self.name}{subject}: required {self.required}, found {self.found}"


def failed_checks(entry: Entry) -> list[Check]:
    """List the checks that failed, of a gate's record or of a failure's.

    Args:
        entry: The record.

    Returns:
        What the gate noted of each, or else what the error told.
    """
    # A rule may only warn: the gate let the data through.
    checks = [
        row
        for row in entry.rows("checks")
        if row.get("passed") is not True and row.get("severity") != "warn"
    ]
    return [
        check_of(row)
        for row in checks or [row for cause in entry.rows("causes") for row in details(cause)]
    ]


def details(cause: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the structured details of a cause that are a gate's.

    Args:
        cause: One of a record's causes.

    Returns:
        Those that name a check.
    """
    return [row for row in objects(cause.get("details")) if known(row.get("check"))]


def check_of(row: Mapping[str, Any]) -> Check:
    """Read a check.

    Args:
        row: What a record holds of it.

    Returns:
        The check, with empty texts for what is not known.
    """
    values = (row.get(name) for name in ("check", "subject", "required", "found"))
    return Check(*(plain(value) if known(value) else "" for value in values))
