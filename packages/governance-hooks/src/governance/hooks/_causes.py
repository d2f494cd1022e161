"""Why a run failed: what its steps raised, where, and what they logged last."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from zenml.client import Client
from zenml.enums import ExecutionStatus

from governance.hooks._event import Cause, Event, cause_of
from governance.hooks._logs import last_lines
from governance.hooks._redaction import redact
from governance.hooks._run_secrets import secrets_of
from governance.hooks._settings import settings
from governance.hooks._traceback import exception_name, relevant_frames

if TYPE_CHECKING:
    from zenml.models import ExceptionInfo, PipelineRunResponse, StepRunResponse

logger = logging.getLogger(__name__)

# ZenML stores none when an output cannot be stored, or when the process dies.
_NO_EXCEPTION = (
    "ZenML recorded no exception; the output could not be stored or the process was stopped, "
    "and the log tells more"
)
# Of a run with more failed steps the message tells the first ones.
_EXPLAINED = 3
_MOST = 100
# A recursion has thousands of frames, of which the outer and the inner ones tell something.
_FRAMES = 50


@dataclass(frozen=True)
class Raised:
    """What a failure hook was told, kept without the exception and all that its frames hold.

    Attributes:
        error: Class name of the exception.
        message: Its message, as it is: it may hold secrets, and goes nowhere before `cause`.
        traceback: Its traceback, likewise.
        failures: A gate's structured failures.
    """

    error: str
    message: str
    traceback: str
    failures: tuple[Any, ...] = ()

    def cause(self, **facts: Any) -> Cause:
        """Describe it, free of secrets.

        Args:
            facts: What else `cause_of` is to know: the step, its log, secrets' values.
        """
        return cause_of(
            self.error,
            self.message,
            failures=self.failures,
            frames=relevant_frames(self.traceback),
            **facts,
        )


def raised(exception: BaseException) -> Raised:
    """Note what a failure hook was told.

    Args:
        exception: What was raised; a gate's has structured `failures`.

    Returns:
        What a message needs of it.
    """
    failures = getattr(exception, "failures", ())
    try:
        message = str(exception)
    except Exception as error:  # noqa: BLE001 a broken __str__ must not hide the failure
        message = f"(its message could not be read: {type(error).__name__})"
    stack = traceback.extract_tb(exception.__traceback__)
    del stack[_FRAMES:-_FRAMES]
    return Raised(
        type(exception).__name__,
        message,
        "".join(stack.format()),
        tuple(failures) if isinstance(failures, tuple | list) else (),
    )


def step_cause(run: "PipelineRunResponse", step: "StepRunResponse", told: Raised) -> Cause:
    """Say why a step fails, from within its hook.

    Args:
        run: The step's run.
        step: The step.
        told: What the hook was told.

    Returns:
        The cause.
    """
    return told.cause(step=step.name, attempt=step.version, values=secrets_of(run, [step]))


def run_causes(run: "PipelineRunResponse", told: Sequence[Raised]) -> tuple[Cause, ...]:
    """Say why a run failed.

    Args:
        run: The run, failed or stale.
        told: What failure hooks in this process were told; the store keeps no more of an
            exception than its text.

    Returns:
        One cause for each failed step, the first ones with their last log lines; the pipeline
        function's own where no step failed.
    """
    steps = (
        Client()
        .list_run_steps(
            pipeline_run_id=run.id,
            project=run.project_id,
            status=ExecutionStatus.FAILED.value,
            sort_by="asc:created",
            size=_MOST,
            hydrate=True,
        )
        .items
    )
    values = secrets_of(run, steps)
    if not steps and run.status.is_failed:  # the pipeline function itself raised
        return (
            told[-1].cause(values=values) if told else _stored(run.exception_info, values=values),
        )
    known = _by_step(steps, told)
    return tuple(
        (raised.cause if raised else partial(_stored, step.exception_info))(
            step=step.name,
            attempt=step.version,
            log=_log(step) if number < _EXPLAINED else (),
            values=values,
        )
        for number, (step, raised) in enumerate(zip(steps, known, strict=True))
    )


def explained(run: "PipelineRunResponse", event: Event, told: Sequence[Raised] = ()) -> Event:
    """Say of a run's end why it came.

    Args:
        run: The run.
        event: How it ended, as one look at it tells.
        told: What failure hooks in this process were told.

    Returns:
        The event, with its causes where it needs any.
    """
    if event.outcome in {"failed", "stale"}:
        return replace(event, causes=run_causes(run, told))
    return event


def _by_step(steps: "Sequence[StepRunResponse]", told: Sequence[Raised]) -> list[Raised | None]:
    """Find what hooks were told of each step, where they were."""
    by_message: dict[str | None, Raised] = {raised.message: raised for raised in told}
    known = [by_message.get(info.message) if (info := s.exception_info) else None for s in steps]
    # ZenML keeps no exception of an output that cannot be stored, but tells a dynamic
    # pipeline's hook.
    rest = [raised for raised in told if raised not in known]
    without = [number for number, step in enumerate(steps) if step.exception_info is None]
    if len(rest) == len(without) == 1:
        known[without[0]] = rest[0]
    return known


def _stored(info: "ExceptionInfo | None", **facts: Any) -> Cause:
    if info is None:
        return cause_of("Unknown", _NO_EXCEPTION, **facts)
    return cause_of(
        exception_name(info.source, info.traceback),
        info.message or "(no message)",
        frames=relevant_frames(info.traceback),
        **facts,
    )


def _log(step: "StepRunResponse") -> tuple[str, ...]:
    try:
        return last_lines(step, settings().log_lines)
    except Exception as error:  # noqa: BLE001 a message without log lines is better than none
        logger.warning("The log of step %s could not be read: %s", step.name, redact(f"{error}"))
        return ()
