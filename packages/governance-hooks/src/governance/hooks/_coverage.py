"""What a verification of the audit trail found, as the report tells it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed.

    Attributes:
        kind: What is wrong with it: "altered", "missing", "inserted".
        path: The record or digest, below the trail's root.
        words: What was expected and found.
    """

    kind: str
    path: str
    words: str


@dataclass(frozen=True)
class Coverage:
    """How much of the trail is sealed, and whether it still is what was sealed.

    Attributes:
        sealed: Records that are as a signed digest has them.
        uncovered: Records that no digest has yet.
        findings: All that is not as it was sealed.
        head: Number and time of the newest digest; None where there is none.
    """

    sealed: int
    uncovered: int
    findings: tuple[Finding, ...] = ()
    head: tuple[int, datetime] | None = None
