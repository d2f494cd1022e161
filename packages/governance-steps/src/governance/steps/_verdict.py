"""The verdict of a gate: every check with its figures, and what is made of them."""

import json
from dataclasses import dataclass
from typing import Any

from governance.steps._failure import Failure, Figure, in_words

_METADATA_BYTES = 60_000  # ZenML drops a metadata value above 65,535 bytes, without an error.
_MOST_IN_SUMMARY = 8


@dataclass(frozen=True, slots=True)
class Check:
    """One rule held against what was found.

    Args:
        check: Name of the rule.
        subject: The column or metric it is about; None for the whole.
        required: What the rule asks for.
        found: What was found.
        passed: Whether `found` meets `required`.
    """

    check: str
    subject: str | None
    required: Figure
    found: Figure
    passed: bool

    def failure(self) -> Failure:
        """Return the check as an error carries it."""
        return Failure(self.check, self.subject, self.required, self.found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one call of a gate, in the order in which they are told."""

    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The checks that did not pass; none means that the gate opens."""
        return tuple(check.failure() for check in self.checks if not check.passed)

    def as_metadata(self) -> dict[str, Any]:
        """Return the verdict as ZenML metadata, which is documented in the README.

        Failed checks come first, so that they are the last to be left out when there are
        more checks than ZenML stores; `checks_omitted` says how many are missing.
        """
        rows: list[dict[str, Any]] = []
        room = _METADATA_BYTES
        for check in sorted(self.checks, key=lambda check: check.passed):
            row = {**check.failure().as_dict(), "passed": check.passed}
            room -= len(json.dumps(row)) + len(", ")
            if room < 0:
                break
            rows.append(row)
        return {
            "verdict": "failed" if self.failures else "passed",
            "checks": rows,
            "checks_omitted": len(self.checks) - len(rows),
        }

    def summary(self) -> str:
        """Return one line for the log."""
        failed = [check for check in self.checks if not check.passed]
        told = failed or self.checks
        parts = [_line(check) for check in told[:_MOST_IN_SUMMARY]]
        if len(told) > _MOST_IN_SUMMARY:
            parts.append(f"... and {len(told) - _MOST_IN_SUMMARY} more")
        verdict = "failed" if failed else "passed"
        return f"{verdict}, {len(told)} of {len(self.checks)} checks: {'; '.join(parts)}"


def _line(check: Check) -> str:
    required, found = in_words(check.failure())
    rule = [check.check] if check.subject else []
    rule += [required] if required != found else []
    return f"{check.subject or check.check} {found}" + (f" ({': '.join(rule)})" if rule else "")
