"""Follows a run until it is over, and then says and records what its hooks ask for."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks._audit import recording
from governance.hooks._claim import claim
from governance.hooks._delivery import announcement
from governance.hooks._event import Cause, Outcome
from governance.hooks._facts import run_event
from governance.hooks._stack import stack_of
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

_MODULE = "governance.hooks.alerting_hook"
_NOT_COMPLETED: frozenset[Outcome] = frozenset({"failed", "stopped"})


def watch(
    run: "PipelineRunResponse",
    *,
    announce: AbstractSet[Outcome] = frozenset(),
    record: bool = False,
    raised: Cause | None = None,
) -> None:
    """Follow a run until it is over.

    A run whose last output cannot be stored fails without calling any failure hook, and one
    that fails early may call success hooks after it. So whichever hook is called speaks for
    the pipeline's other one too.

    Args:
        run: The run of the calling hook.
        announce: Outcomes to tell the alerters about, once over all processes.
        record: Whether a run that did not complete gets an audit record.
        raised: What the calling hook was told, with a gate's structured failures.
    """
    outcomes = set(announce)
    if _names(run, "success_hook_source", "pipeline_success_hook"):
        outcomes.add("completed")
    if _names(run, "failure_hook_source", "pipeline_failure_hook"):
        outcomes |= _NOT_COMPLETED
        record = True

    def poll() -> list[Task] | None:
        now = Client().zen_store.get_run(run.id)
        if (event := run_event(now, raised)) is None:
            return None
        tasks = []
        # Records have a name of their own: written twice, they are one.
        if record and event.outcome in _NOT_COMPLETED:
            tasks.append(recording(event, stack_of(now)))
        if event.outcome in outcomes and claim(now):
            tasks.append(announcement(event, stack_of(now)))
        return tasks

    watcher.watch(str(run.id), poll)


def _names(run: "PipelineRunResponse", attribute: str, hook: str) -> bool:
    source = getattr(run.config, attribute)
    return source is not None and (source.module, source.attribute) == (_MODULE, hook)
