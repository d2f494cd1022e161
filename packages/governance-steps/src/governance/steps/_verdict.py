"""The verdict of a gate: every check with its figures, and what is made of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.steps._check import Severity
from governance.steps._failure import Failure, Figure, in_words

_METADATA_BYTES = 60_000  # ZenML drops a metadata value above 65,535 bytes, without an error.
_MOST_IN_SUMMARY = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule held against what was found.

    Args:
        check: Name of the rule.
        subject: The column or metric it is about; None for the whole.
        required: What the rule asks for.
        found: What was found.
        passed: Whether `found` meets `required`.
        severity: What a missed rule does.
        count: How many cells or rows miss it, where that is counted.
        rows: Positions of the first few of them.
    """

    check: str
    subject: str | None
    required: Figure
    found: Figure
    passed: bool
    severity: Severity = "error"
    count: int | None = None
    rows: tuple[int, ...] = ()

    def failure(self) -> Failure:
        """Return the outcome as an error carries it."""
        return Failure(
            self.check, self.subject, self.required, self.found, count=self.count, rows=self.rows
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """All outcomes of one call of a gate, in the order in which they are told."""

    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The rules missed that stop a pipeline; none means that the gate opens."""
        return tuple(outcome.failure() for outcome in self._missed("error"))

    @property
    def warnings(self) -> tuple[Failure, ...]:
        """The rules missed that are only told."""
        return tuple(outcome.failure() for outcome in self._missed("warn"))

    def _missed(self, severity: Severity) -> list[Outcome]:
        return [
            outcome
            for outcome in self.outcomes
            if not outcome.passed and outcome.severity == severity
        ]

    def as_rows(self) -> list[dict[str, Any]]:
        """Return every outcome as strict JSON has it, the missed rules first."""
        ordered = sorted(self.outcomes, key=lambda outcome: (outcome.passed, outcome.severity))
        return [
            {
                **outcome.failure().as_dict(),
                "passed": outcome.passed,
                "severity": outcome.severity,
            }
            for outcome in ordered
        ]

    def as_metadata(self, room: int = _METADATA_BYTES) -> dict[str, Any]:
        """Return the verdict as ZenML metadata, which is documented in the README.

        Missed rules come first, so that they are the last to be left out when there are
        more than ZenML stores; `checks_omitted` says how many are missing.

        Args:
            room: How many bytes of JSON the checks may take.
        """
        rows: list[dict[str, Any]] = []
        for row in self.as_rows():
            room -= len(json.dumps(row)) + len(", ")
            if room < 0:
                break
            rows.append(row)
        return {
            "verdict": self.word,
            "checks": rows,
            "checks_omitted": len(self.outcomes) - len(rows),
        }

    @property
    def word(self) -> str:
        """The verdict in one word."""
        return "failed" if self.failures else "passed"

    def summary(self) -> str:
        """Return one line for the log."""
        failed, warned = self._missed("error"), self._missed("warn")
        passed = [outcome for outcome in self.outcomes if outcome.passed]
        parts = [_told("failed" if failed else "passed", failed or passed, self.outcomes)]
        if warned:
            parts.append(_told("warned", warned, self.outcomes))
        return "; ".join(parts)


def _told(verdict: str, told: Sequence[Outcome], of: Sequence[Outcome]) -> str:
    parts = [_line(outcome) for outcome in told[:_MOST_IN_SUMMARY]]
    if len(told) > _MOST_IN_SUMMARY:
        parts.append(f"... and {len(told) - _MOST_IN_SUMMARY} more")
    return f"{verdict}, {len(told)} of {len(of)} checks: {'; '.join(parts)}"


def _line(outcome: Outcome) -> str:
    required, found = in_words(outcome.failure())
    rule = [outcome.check] if outcome.subject else []
    rule += [required] if required != found else []
    return f"{outcome.subject or outcome.check} {found}" + (f" ({': '.join(rule)})" if rule else "")
