"""Reads from ZenML what happened: the only place that knows its models."""

import logging
import os
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from zenml.client import Client
from zenml.enums import ExecutionStatus
from zenml.steps.step_context import StepContext

from governance.hooks._event import Cause, Event, Outcome, cause_of
from governance.hooks._redaction import redact
from governance.hooks._stack import keep_source_root
from governance.hooks._traceback import exception_name

if TYPE_CHECKING:
    from zenml.models import ExceptionInfo, PipelineRunResponse, StepRunResponse

logger = logging.getLogger(__name__)

# What continuous integration calls the commit, where ZenML has no code repository.
_COMMIT_VARIABLES = ("GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA")

# ZenML stores none when an output cannot be stored, or when the process dies.
_NO_EXCEPTION = (
    "ZenML recorded no exception; the output could not be stored or the process was stopped, "
    "and the log tells more"
)


def current() -> "tuple[PipelineRunResponse, StepRunResponse | None]":
    """Find what a hook is about: a step, or a dynamic pipeline's run as a whole.

    Returns:
        The run, and the step where the hook fires for one.

    Raises:
        RuntimeError: If no hook is running.
    """
    keep_source_root()
    if step := StepContext.get():
        return step.pipeline_run, step.step_run
    from zenml.execution.pipeline.dynamic.run_context import (  # noqa: PLC0415 heavy, and seldom needed
        DynamicPipelineRunContext,
    )

    if run := DynamicPipelineRunContext.get():
        return run.run, None
    raise RuntimeError(
        "This is a ZenML hook: it reads the run it belongs to, and none is running. "
        "Name it in on_success= or on_failure= of a pipeline or step instead of calling it."
    )


def raised_cause(exception: BaseException, step: str | None = None) -> Cause:
    """Describe what a failure hook was told.

    Args:
        exception: What was raised; a gate's has structured `failures`.
        step: The step that raised it.

    Returns:
        The cause, free of secrets.
    """
    failures = getattr(exception, "failures", ())
    try:
        message = str(exception)
    except Exception as error:  # noqa: BLE001 a broken __str__ must not hide the failure
        message = f"(its message could not be read: {type(error).__name__})"
    return cause_of(
        type(exception).__name__,
        message,
        step,
        failures if isinstance(failures, tuple | list) else (),
    )


def step_event(
    outcome: Outcome,
    run: "PipelineRunResponse",
    step: "StepRunResponse",
    exception: BaseException | None = None,
) -> Event:
    """Describe a step that ends now, from within its hook.

    Args:
        outcome: How it ends: ZenML publishes the status only after the hook.
        run: The step's run.
        step: The step.
        exception: What the failure hook was told.

    Returns:
        The event, with the exception's structured failures where it has any.
    """
    now = datetime.now(timezone.utc)
    causes = () if exception is None else (raised_cause(exception, step.name),)
    return _event(
        outcome,
        run,
        time=now,
        # ZenML sets the end time after the hook.
        duration=_seconds(step.start_time, now),
        step=step.name,
        attempt=step.version,
        causes=causes,
    )


def run_so_far(run: "PipelineRunResponse") -> Event:
    """Describe a dynamic pipeline's run that succeeds now, from within its hook.

    Args:
        run: The run.

    Returns:
        The event, as if the run ended now.
    """
    now = datetime.now(timezone.utc)
    return _event("completed", run, time=now, duration=_seconds(run.start_time, now), causes=())


def run_event(run: "PipelineRunResponse", raised: Cause | None = None) -> Event | None:
    """Describe a run by its published status.

    Args:
        run: The run, fetched anew.
        raised: What a failure hook in this process was told; the store keeps no more of an
            exception than its text.

    Returns:
        The event, or None while the run goes on.
    """
    if not run.status.is_finished or run.in_progress:
        return None
    outcome: Outcome = "failed"
    if run.status.is_successful:
        outcome = "completed"
    elif run.status in {ExecutionStatus.STOPPED, ExecutionStatus.CANCELLED}:
        outcome = "stopped"
    ended = _aware(run.end_time) or datetime.now(timezone.utc)
    return _event(
        outcome,
        run,
        time=ended,
        duration=_seconds(run.start_time, ended),
        causes=_run_causes(run, raised) if outcome == "failed" else (),
    )


def _event(
    outcome: Outcome,
    run: "PipelineRunResponse",
    *,
    time: datetime,
    duration: float | None,
    causes: tuple[Cause, ...],
    step: str | None = None,
    attempt: int = 1,
) -> Event:
    return Event(
        outcome=outcome,
        pipeline=run.pipeline.name if run.pipeline else "unlisted",
        run=run.name,
        run_id=str(run.id),
        time=time,
        step=step,
        attempt=attempt,
        duration=duration,
        stack=run.stack.name if run.stack else None,
        user=run.user.name if run.user else None,
        model=_model(run),
        commit=_commit(run),
        url=_url(run),
        causes=causes,
    )


def _run_causes(run: "PipelineRunResponse", raised: Cause | None) -> tuple[Cause, ...]:
    steps = Client().list_run_steps(
        pipeline_run_id=run.id,
        project=run.project_id,
        status=ExecutionStatus.FAILED.value,
        sort_by="asc:created",
        hydrate=True,
    )
    causes = [_stored_cause(step.exception_info, step.name) for step in steps.items]
    if not causes:  # the pipeline function itself raised
        causes = [raised or _stored_cause(run.exception_info, None)]
    if raised is None:
        return tuple(causes)
    return tuple(
        replace(cause, details=raised.details) if cause.message == raised.message else cause
        for cause in causes
    )


def _stored_cause(info: "ExceptionInfo | None", step: str | None) -> Cause:
    if info is None:
        return cause_of("Unknown", _NO_EXCEPTION, step)
    return cause_of(
        exception_name(info.source, info.traceback), info.message or "(no message)", step
    )


def _model(run: "PipelineRunResponse") -> str | None:
    if (version := run.model_version) is None:
        return None
    stage = f" ({version.stage})" if version.stage else ""
    return f"{version.model.name} {version.number}{stage}"


def _commit(run: "PipelineRunResponse") -> str | None:
    if run.code_reference is not None:
        return run.code_reference.commit
    return next((os.environ[name] for name in _COMMIT_VARIABLES if os.environ.get(name)), None)


def _url(run: "PipelineRunResponse") -> str | None:
    from zenml.utils.dashboard_utils import get_run_url  # noqa: PLC0415 loaded when an event is

    url = get_run_url(run)
    return url and redact(url)


def _aware(time: datetime | None) -> datetime | None:
    # ZenML's times are UTC without saying so.
    return time and time.replace(tzinfo=time.tzinfo or timezone.utc)


def _seconds(start: datetime | None, end: datetime) -> float | None:
    started = _aware(start)
    return None if started is None else max(0.0, (end - started).total_seconds())
