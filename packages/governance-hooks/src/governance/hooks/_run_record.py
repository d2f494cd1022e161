"""Records a run: its gates, its failed steps, and its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from governance.hooks import _audit as audit
from governance.hooks._causes import Raised, explained
from governance.hooks._event import Event
from governance.hooks._evidence import Origin, Recorder
from governance.hooks._facts import end_of
from governance.hooks._governed import records_of_run, run_record
from governance.hooks._origin import origin_of
from governance.hooks._record import Record
from governance.hooks._run_steps import step_ends
from governance.hooks._stack import stack_of
from governance.hooks._watcher import Task

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse


def recording_run(
    run: "PipelineRunResponse",
    event: Event,
    told: Sequence[Raised] = (),
    recorder: Recorder = "hook",
    report: audit.Report = audit.no_report,
) -> Task:
    """Plan the audit records of a run: its gates, failed steps and its end.

    Args:
        run: The run, over or stale.
        event: How it ended, as one look at it tells.
        told: What failure hooks in this process were told.
        recorder: Who writes the records.
        report: Told what became of each record.

    Returns:
        A task that writes the records.
    """

    def describe() -> list[Record]:
        return records_of_run(
            explained(run, event, told),
            step_ends(run),
            origin_of(run, recorder),
            end_of(run, event),
        )

    def known() -> Record:
        return run_record(event, (), Origin(recorder), end_of(run, event))

    return audit.recording(describe, known, lambda: stack_of(run), report)


def record_path(run: "PipelineRunResponse", event: Event) -> str:
    """Tell where the record of a run's end lies: where it is, all records of the run are.

    Args:
        run: The run, over or stale.
        event: How it ended.

    Returns:
        Its path in the trail.
    """
    return run_record(event, (), Origin("reconcile"), end_of(run, event)).path
