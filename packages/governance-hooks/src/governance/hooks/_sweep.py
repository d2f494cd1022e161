"""What one reconciliation did, and what it left."""

from dataclasses import dataclass, field
from datetime import datetime

from governance.hooks._audit import Written
from governance.hooks._returned import Result

_FINE: frozenset[Result] = frozenset({"told", "counted", "logged"})


@dataclass
class Sweep:
    """What one reconciliation did.

    Attributes:
        since: From when on runs were looked at.
        covered_until: Runs that ended before this need not be looked at again.
        results: Alerter, message and what became of it, in order.
        found: In a dry run, the alerters and messages that would have been told.
        problems: What could not be looked at, and why.
        missing: In a dry run, paths of the audit records that would have been written.
        recorded: Paths of the audit records that were missing, and written.
        unrecorded: What could not be written, and where it waits.
        pending: How many messages another process has claimed and not told yet.
    """

    since: datetime
    covered_until: datetime
    results: list[tuple[str, str, Result]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    pending: int = 0

    def report_record(self, path: str, written: Written) -> None:
        """Note what became of an audit record."""
        if written == "written":
            self.recorded.append(path)
        elif written != "known":
            self.unrecorded.append(path)

    def report(self, alerter: str, message: str, result: Result) -> None:
        """Note what became of a message."""
        self.results.append((alerter, message, result))

    def keep_open(self, time: datetime) -> None:
        """Have the next reconciliation look at a run again.

        Args:
            time: When the run ended.
        """
        self.covered_until = min(self.covered_until, time)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to be told that can be."""
        waits = any(result not in _FINE for _, _, result in self.results)
        left = [*self.found, *self.missing, *self.unrecorded, *self.problems]
        return not (waits or left)
