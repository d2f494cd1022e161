"""A step that stops a run which cannot be recorded, where the platform says "no audit, no run"."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

from zenml import step
from zenml.client import Client
from zenml.logger import get_logger

from governance.hooks._audit import Written, recording
from governance.hooks._causes import explained
from governance.hooks._facts import current, stale_event
from governance.hooks._governed import check_record, records_of_steps
from governance.hooks._origin import origin_of
from governance.hooks._redaction import redact
from governance.hooks._run_steps import step_ends
from governance.hooks._settings import settings
from governance.hooks._stack import stack_of
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse, StepRunResponse

    from governance.hooks._record import Record

logger = get_logger(__name__)


class AuditTrailError(RuntimeError):
    """The audit trail does not take what has to be recorded."""


@step(enable_cache=False)
def require_audit_trail() -> None:
    """Write what the run did so far to the audit trail, and stop the run if that fails.

    Put it first to stop a run that could not be recorded, and before whatever must not happen
    without a record, such as a promotion. It stops the run where the settings say
    `audit_required = true`, and warns otherwise.

    Raises:
        AuditTrailError: If a record could not be written and the settings require it; the
            records wait in the spool all the same.
    """
    run, this = current()
    if this is None:  # pragma: no cover - ZenML gives a step its context
        raise RuntimeError("require_audit_trail is a step: call it within a pipeline.")
    if (problem := _problem(run, this)) is None:
        return
    if settings().audit_required:
        raise AuditTrailError(
            f"{problem} The platform's settings say audit_required: a run that cannot be "
            "recorded does not go on. Mend the audit trail's store, then run again."
        )
    logger.warning("%s The settings do not require it, so the run goes on.", problem)


def _problem(run: "PipelineRunResponse", this: "StepRunResponse") -> str | None:
    """Record what the run did so far; say what went wrong, if anything did."""
    results: dict[str, Written] = {}

    def describe() -> "list[Record]":
        now = Client().zen_store.get_run(run.id)
        event, origin = explained(now, stale_event(now)), origin_of(now, "step")
        records = records_of_steps(event, step_ends(now), origin)
        return [*records, check_record(event, this.name, this.version, origin)]

    def known() -> "Record":
        return check_record(stale_event(run), this.name, this.version, origin_of(run, "step"))

    task = recording(describe, known, lambda: stack_of(run), results.__setitem__, attempts=1)
    done: Future[str | None] = Future()

    def write() -> None:
        task.run()
        done.set_result(None)

    def abandon(reason: str) -> None:
        task.abandon(reason)
        left = [written for written in results.values() if written in {"waiting", "logged"}]
        done.set_result(
            f"{len(left)} audit records of this run could not be written ({redact(reason)})."
        )

    # The watcher bounds each of its tasks, and so this wait.
    watcher.submit(Task(write, abandon))
    return done.result()
