"""What happened, as plain facts: the one model behind messages, records and metrics."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from governance.hooks._redaction import shorten

Outcome = Literal["completed", "failed", "stopped", "stale"]
Severity = Literal["error", "warning", "recovery", "info"]

# Longer causes are cut in their middle: first and last lines tell most.
_CAUSE_LIMIT = 4_000
_DETAILS_LIMIT = 100
_LINE_LIMIT = 500
_VALUE_LIMIT = 200


@dataclass(frozen=True)
class Frame:
    """One line of a traceback: where, and what stands there."""

    file: str
    line: int
    function: str
    code: str | None = None


@dataclass(frozen=True)
class Cause:
    """Why something failed, free of secrets; build it with `cause_of`.

    Attributes:
        error: Class name of the exception.
        message: Its message.
        step: Name of the step that raised it, or None where the pipeline function did.
        attempt: Which attempt of the step failed last, from 1.
        details: Structured details, as the platform's gates give them.
        frames: The first and the last relevant frame, outermost first.
        log: The last lines that the step logged, oldest first.
    """

    error: str
    message: str
    step: str | None = None
    attempt: int = 1
    details: tuple[Mapping[str, str | int | float | bool | None], ...] = ()
    frames: tuple[Frame, ...] = ()
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recovery:
    """What a completed run puts an end to.

    Attributes:
        failed_runs: How many runs of the pipeline failed in a row before it.
        seconds: From the end of the first of them to the end of this run.
    """

    failed_runs: int
    seconds: float


@dataclass(frozen=True)
class Repeats:
    """The same failure as one that was told, counted in silence since.

    Attributes:
        count: How many were not told, this one not among them.
        since: When the last one was told, with time zone.
    """

    count: int
    since: datetime


@dataclass(frozen=True)
class Event:
    """A run or a step that ended, or a run of which nothing was heard for too long.

    Attributes:
        outcome: How it ended; "stale" where it did not.
        pipeline: Name of the pipeline.
        run: Name of the run.
        run_id: ZenML's id of the run.
        time: When it ended, with time zone.
        step: Name of the step, or None where the event is about the whole run.
        attempt: Which attempt of the step this is, from 1.
        duration: Seconds from start to end, or None where ZenML does not know.
        stack: Name of the stack.
        user: Name of the user.
        model: Model version as "name version (stage)".
        commit: Commit of the code.
        url: The run in the dashboard.
        causes: Why it failed, one per failed step.
        owner: Who owns the pipeline, from a tag such as `owner_team:payments`.
        tags: The run's tags.
        environment: Where it ran, such as "production".
        recovery: What failures it puts an end to, where it completed.
        repeats: How often the same failure was counted in silence before.
        late: Seconds by which its message comes late, where a channel was down.
    """

    outcome: Outcome
    pipeline: str
    run: str
    run_id: str
    time: datetime
    step: str | None = None
    attempt: int = 1
    duration: float | None = None
    stack: str | None = None
    user: str | None = None
    model: str | None = None
    commit: str | None = None
    url: str | None = None
    causes: tuple[Cause, ...] = ()
    owner: str | None = None
    tags: tuple[str, ...] = ()
    environment: str | None = None
    recovery: Recovery | None = None
    repeats: Repeats | None = None
    late: float | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters, as routes ask for it."""
        if self.outcome == "completed":
            return "info" if self.recovery is None else "recovery"
        return "warning" if self.outcome == "stopped" else "error"


def cause_of(
    error: str,
    message: str,
    step: str | None = None,
    failures: Iterable[Any] = (),
    *,
    attempt: int = 1,
    frames: Iterable[Frame] = (),
    log: Iterable[str] = (),
    values: Collection[str] = (),
) -> Cause:
    """Describe a cause without the secrets that its text may hold.

    Args:
        error: Class name of the exception.
        message: Its message, of any length.
        step: Name of the step it was raised in.
        failures: Structured details: objects with `as_dict()`, as the platform's gates raise.
        attempt: Which attempt of the step this was.
        frames: Where it was raised.
        log: What the step logged last.
        values: Secrets that are known by value.

    Returns:
        The cause, redacted and cut to a size that a person reads.
    """

    def safe(text: str, limit: int) -> str:
        # What is no Unicode, such as half a surrogate pair, no channel and no file takes.
        return shorten(text.encode("utf-8", "replace").decode(), limit, values)

    def plain(value: object) -> str | int | float | bool | None:
        if value is None or isinstance(value, bool | int | float):
            return value
        return safe(str(value), _VALUE_LIMIT)

    rows = [
        failure.as_dict() for failure in failures if callable(getattr(failure, "as_dict", None))
    ]
    return Cause(
        error=safe(error, _VALUE_LIMIT),
        message=safe(message, _CAUSE_LIMIT),
        step=step,
        attempt=attempt,
        details=tuple(
            {str(key): plain(value) for key, value in row.items()} for row in rows[:_DETAILS_LIMIT]
        ),
        frames=tuple(
            replace(frame, code=frame.code and safe(frame.code, _VALUE_LIMIT)) for frame in frames
        ),
        log=tuple(safe(line, _LINE_LIMIT) for line in log),
    )
