"""Reads from ZenML what happened: the only place that knows its models."""

import os
import re
from typing import TYPE_CHECKING

from zenml.enums import ExecutionStatus
from zenml.steps.step_context import StepContext

from governance.hooks._event import Cause, Event, Outcome
from governance.hooks._redaction import redact
from governance.hooks._settings import settings
from governance.hooks._stack import keep_source_root
from governance.hooks._time import aware, now, seconds_between

if TYPE_CHECKING:
    from datetime import datetime

    from zenml.models import PipelineRunResponse, StepRunResponse

# What continuous integration calls the commit, where ZenML has no code repository.
_COMMIT_VARIABLES = ("GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA")

# How teams say in a tag who owns a pipeline: `owner_team:payments`, `owner=ada`.
_OWNER = re.compile(r"owner\w*\s*[:=]\s*(.+)", re.IGNORECASE)


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


def bare_event(
    outcome: Outcome,
    run: "PipelineRunResponse",
    step: "StepRunResponse | None",
    time: "datetime",
    causes: tuple[Cause, ...] = (),
) -> Event:
    """Describe what a hook is called for without asking ZenML anything.

    Args:
        outcome: How it ends.
        run: The run.
        step: The step, or None for a dynamic pipeline's run.
        time: When the hook was called.
        causes: Why it failed.

    Returns:
        The event, with what the hook has at hand: the names.
    """
    return Event(
        outcome,
        pipeline=run.name,
        run=run.name,
        run_id=str(run.id),
        time=time,
        step=step.name if step else None,
        causes=causes,
    )


def step_event(
    outcome: Outcome,
    run: "PipelineRunResponse",
    step: "StepRunResponse",
    time: "datetime",
    causes: tuple[Cause, ...] = (),
) -> Event:
    """Describe a step that ended when its hook was called.

    Args:
        outcome: How it ends: ZenML publishes the status only after the hook.
        run: The step's run.
        step: The step.
        time: When the hook was called; ZenML sets the end time after it.
        causes: Why it failed.

    Returns:
        The event.
    """
    return _event(
        outcome,
        run,
        time=time,
        duration=seconds_between(step.start_time, time),
        step=step.name,
        attempt=step.version,
        causes=causes,
    )


def run_event(run: "PipelineRunResponse") -> Event | None:
    """Describe a run by its published status, as far as one look at it tells.

    Args:
        run: The run, fetched anew.

    Returns:
        The event, without causes; None while the run goes on.
    """
    if not run.status.is_finished or run.in_progress:
        return None
    outcome: Outcome = "failed"
    if run.status.is_successful:
        outcome = "completed"
    elif run.status in {ExecutionStatus.STOPPED, ExecutionStatus.CANCELLED}:
        outcome = "stopped"
    # A run that an orchestrator gave up has no end time.
    ended = aware(run.end_time or run.updated)
    return _event(outcome, run, time=ended, duration=seconds_between(run.start_time, ended))


def end_of(run: "PipelineRunResponse", event: Event) -> str | None:
    """Tell which of a run's ends this is.

    A dynamic run that failed may be resumed, and ends again. A static one ends once, and the
    server may set its end time twice where its last steps end together.

    Args:
        run: The run.
        event: How it ended, or that it did not.

    Returns:
        The end, the same in all processes; None where there is but one.
    """
    is_dynamic = run.snapshot is not None and run.snapshot.is_dynamic
    return str(run.end_time) if is_dynamic and event.outcome != "stale" else None


def stale_event(run: "PipelineRunResponse") -> Event:
    """Describe a run of which nobody knows whether it will end.

    Args:
        run: The run, not over.

    Returns:
        The event, as of now.
    """
    time = now()
    return _event("stale", run, time=time, duration=seconds_between(run.start_time, time))


def _event(
    outcome: Outcome,
    run: "PipelineRunResponse",
    *,
    time: "datetime",
    duration: float | None,
    causes: tuple[Cause, ...] = (),
    step: str | None = None,
    attempt: int = 1,
) -> Event:
    tags = tuple(tag.name for tag in run.tags)
    owners = (match[1] for tag in tags if (match := _OWNER.fullmatch(tag)))
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
        owner=next(owners, None),
        tags=tags,
        environment=settings().environment,
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
