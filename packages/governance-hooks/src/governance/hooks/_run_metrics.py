"""Measures a run when it is over, and brings what was measured to where it is wanted."""

import json
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING
from uuid import UUID

from zenml import log_metadata
from zenml.logger import get_logger

from governance.hooks._duration import duration_text
from governance.hooks._event import Event, Outcome
from governance.hooks._evidence import StepEnd
from governance.hooks._export import LIMIT, exporter, ways
from governance.hooks._ledger import is_first
from governance.hooks._letter import subject_id
from governance.hooks._measurement import Result, RunFacts, StepFacts, summary
from governance.hooks._redaction import redact
from governance.hooks._run_steps import error_name, step_ends
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

logger = get_logger(__name__)

METRICS_KEY = "governance.metrics"
_PREFIX = "governance."
_RUN_RESULTS: dict[Outcome, Result] = {
    "completed": "success",
    "failed": "failure",
    "stopped": "cancellation",
}
_STEP_RESULTS: dict[str, Result] = {
    "completed": "success",
    "cached": "cached",
    "failed": "failure",
    "skipped": "skip",
    "stopped": "cancellation",
    "cancelled": "cancellation",
}


def measuring(run: "PipelineRunResponse", event: Event, key: str, *, on_run: bool) -> list[Task]:
    """Plan to measure a run that is over.

    Each thing is done once, by whichever process is first: a value that is counted twice is
    wrong.

    Args:
        run: The run.
        event: How it ended.
        key: Names this end of the run, the same in every process.
        on_run: Whether duration and result are also to be logged and put on the run.

    Returns:
        A task that reads the run's steps and submits an export for each way that is configured;
        none where nothing is wanted.
    """
    wanted = ways()
    if event.outcome not in _RUN_RESULTS or not (wanted or on_run):
        return []

    def is_ours(what: str) -> bool:
        return is_first(run.id, run.project_id, _mark(key, what))

    def measure() -> None:
        facts = facts_of(run, event)
        for way in wanted:
            way.load()
        # Exports come after the run's messages: a receiver that hangs holds up no alert.
        for way in wanted:
            if is_ours(way.name):
                watcher.submit(exporter.exporting(way, facts, LIMIT / len(wanted)))
        if on_run and is_ours(METRICS_KEY):
            _put_on_run(run.id, facts)

    def abandon(reason: str) -> None:
        facts = _facts(run, event, ())
        logger.error(
            "The steps of run %s could not be measured (%s). What is known of the run: %s",
            run.name,
            redact(reason),
            json.dumps(summary(facts)),
        )

    return [Task(measure, abandon)]


def is_exported(key: str, marks: AbstractSet[UUID]) -> bool:
    """Tell whether a run's measurements left on every way that is configured, as far as marks tell.

    Args:
        key: Names an end of the run, as for `measuring`.
        marks: The ids of all marks.

    Returns:
        Whether nothing is left to export.
    """
    return all(_mark(key, way.name) in marks for way in ways())


def _mark(key: str, what: str) -> UUID:
    return subject_id(f"{key}:{what}")


def facts_of(run: "PipelineRunResponse", event: Event) -> RunFacts:
    """Read from ZenML what is measured of a run.

    Args:
        run: The run, over.
        event: How it ended.

    Returns:
        The run with its steps, each by its last attempt.
    """
    last: dict[str, StepEnd] = {}
    for end in step_ends(run):
        if end.name not in last or end.attempt > last[end.name].attempt:
            last[end.name] = end
    return _facts(run, event, tuple(map(_step_facts, last.values())))


def _facts(run: "PipelineRunResponse", event: Event, steps: tuple[StepFacts, ...]) -> RunFacts:
    result = _RUN_RESULTS[event.outcome]
    of_steps = (step.error for step in steps if step.result == "failure")
    error = next(of_steps, None) or error_name(run.exception_info)
    return RunFacts(
        pipeline=event.pipeline,
        run=event.run,
        run_id=event.run_id,
        result=result,
        end=event.time,
        duration=event.duration,
        environment=event.environment,
        stack=event.stack,
        error=error if result == "failure" else None,
        steps=steps,
    )


def _step_facts(end: StepEnd) -> StepFacts:
    return StepFacts(
        name=end.name,
        result=_STEP_RESULTS.get(end.outcome),
        duration=end.duration,
        attempts=end.attempt,
        error=end.error,
        gates=end.gates,
    )


def _put_on_run(run_id: UUID, facts: RunFacts) -> None:
    if facts.duration is not None:
        took = duration_text(facts.duration)
        logger.info("Run %s took %s: %s", facts.run, took, facts.result)
    log_metadata(metadata={METRICS_KEY: summary(facts)}, run_id_name_or_prefix=run_id)
