"""An audit record of every failure, in the audit trail."""

from governance.hooks._asked import NOT_COMPLETED
from governance.hooks._causes import raised
from governance.hooks._facts import current
from governance.hooks._run import watch
from governance.hooks._step import EndOfStep
from governance.hooks._watcher import watcher


def compliance_failure_hook(exception: BaseException) -> None:
    """Write a failure to the audit trail: who ran what, what failed and why.

    Name it in `on_failure=` of a pipeline or step. A static pipeline's failed step is recorded
    at once; the run, and the verdicts of its gates, when it is over. Nothing is sent to the
    alerters.

    Args:
        exception: What the step, or the dynamic pipeline, raised.
    """
    run, step = current()
    told = raised(exception)
    if step is not None:
        watcher.submit(EndOfStep(run, step, told).recording())
    watch(run, record=NOT_COMPLETED, told=told)
