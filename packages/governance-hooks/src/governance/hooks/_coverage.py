"""What a verification of the audit trail found, as the report tells it."""

from dataclasses import dataclass
from datetime import datetime

from governance.hooks._chain import Chain
from governance.hooks._finding import Finding
from governance.hooks._verification import Verdict


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


def coverage_of(chain: Chain, verdict: Verdict) -> Coverage:
    """Say of a verification what the report tells.

    Args:
        chain: The chain of digests.
        verdict: What was found.

    Returns:
        The coverage, with what is wrong; what is only to be known is left out.
    """
    head = None if chain.head is None else (chain.head[0].number, chain.head[0].time)
    return Coverage(verdict.verified, verdict.uncovered, verdict.wrong(strict=False), head)
