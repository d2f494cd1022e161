"""Follows a run until it is over, and then says and records what its hooks ask for."""

import threading
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks._asked import NOT_COMPLETED, asked_for, recorded_for
from governance.hooks._causes import Raised, explained
from governance.hooks._delivery import Announcement, announcing
from governance.hooks._event import Event, Outcome
from governance.hooks._evidence import Recorder
from governance.hooks._facts import end_of, run_event
from governance.hooks._history import recovery
from governance.hooks._returned import Report, no_report
from governance.hooks._run_metrics import measuring
from governance.hooks._run_record import recording_run
from governance.hooks._stack import stack_of
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from contextvars import Context
    from uuid import UUID

    from zenml.models import PipelineRunResponse


# ZenML publishes a step's failure before it calls the failure hook, which alone knows the
# structured failures of a gate.
_GRACE = 1.0


@dataclass
class _Followed:
    """What all hooks of a run ask for, and were told."""

    announced: set[Outcome] = field(default_factory=set)
    recorded: set[Outcome] = field(default_factory=set)
    measure: bool = False
    told: list[Raised] = field(default_factory=list)
    seen: float | None = None

    @property
    def may_be_told(self) -> bool:
        """Whether a failure hook of this process may yet be called for a failed run."""
        if self.told or not threading.main_thread().is_alive():
            return False
        self.seen = self.seen or time.monotonic()
        return time.monotonic() - self.seen < _GRACE


# By run, until it is over: each of its hooks adds to it.
_followed: "dict[UUID, _Followed]" = {}


def watch(
    run: "PipelineRunResponse",
    *,
    announce: AbstractSet[Outcome] = frozenset(),
    record: AbstractSet[Outcome] = frozenset(),
    measure: bool = False,
    told: Raised | None = None,
    recorder: Recorder = "hook",
    context: "Context | None" = None,
) -> None:
    """Follow a run until it is over.

    A run whose last output cannot be stored fails without calling any failure hook, and one
    that fails early may call success hooks after it. So whichever hook is called speaks for
    the pipeline's other one too.

    Args:
        run: The run of the calling hook.
        announce: Outcomes to tell the alerters about, once over all processes.
        record: Outcomes that get audit records.
        measure: Whether duration and result are put on the run; they are exported, where that is
            configured, of every run that is followed.
        told: What the calling hook was told, with a gate's structured failures.
        recorder: Who writes the records.
        context: In which ZenML is to be asked; a server knows from it who is asking.
    """
    announce, record = announce | asked_for(run), record | recorded_for(run)
    if not (announce or record or measure):
        return
    followed = _followed.setdefault(run.id, _Followed())
    followed.announced |= announce
    followed.recorded |= record
    followed.measure |= measure
    followed.told += [told] if told else []

    def poll() -> list[Task] | None:
        now = Client().zen_store.get_run(run.id)
        if (event := run_event(now)) is None:
            return None
        if event.outcome in NOT_COMPLETED and followed.may_be_told:
            return None
        _followed.pop(run.id, None)
        told = tuple(followed.told)
        tasks = []
        # Records have a name of their own: written twice, they are one.
        if event.outcome in followed.recorded:
            tasks.append(recording_run(now, event, told, recorder))
        if event.outcome in followed.announced:
            tasks.append(
                announcing(lambda: event, lambda: announcement_of(now, recovered(now, event), told))
            )
        return tasks + measuring(now, event, key_of(now, event), on_run=followed.measure)

    watcher.watch(str(run.id), poll, context)


def recovered(run: "PipelineRunResponse", event: Event) -> Event:
    """Say what failures a run puts an end to.

    Args:
        run: The run, over.
        event: How it ended.

    Returns:
        The event, with its recovery where it is one.
    """
    return replace(event, recovery=recovery(run)) if event.outcome == "completed" else event


def announcement_of(
    run: "PipelineRunResponse",
    event: Event,
    told: Sequence[Raised] = (),
    report: Report = no_report,
) -> Announcement:
    """Say what is to be told about a run.

    Args:
        run: The run, over or stale.
        event: How it ended, as one look at it tells.
        told: What failure hooks in this process were told.
        report: Told what became of each message.

    Returns:
        What is to be announced.
    """
    return Announcement(
        key=key_of(run, event),
        event=event,
        explain=lambda event: explained(run, event, told),
        run_id=run.id,
        project_id=run.project_id,
        stack_id=stack_of(run),
        report=report,
    )


def key_of(run: "PipelineRunResponse", event: Event) -> str:
    """Name this end of the run, the same in every process.

    Args:
        run: The run, over or stale.
        event: How it ended.
    """
    return f"{run.id}:{event.outcome}:{end_of(run, event)}"
