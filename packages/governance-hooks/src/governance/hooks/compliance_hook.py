"""An audit record of every failure, in the stack's artifact store."""

from governance.hooks._audit import recording
from governance.hooks._facts import current, raised_cause, step_event
from governance.hooks._run import watch
from governance.hooks._stack import stack_of
from governance.hooks._watcher import watcher


def compliance_failure_hook(exception: BaseException) -> None:
    """Write a failure to the audit trail: who ran what, what failed and why.

    Name it in `on_failure=` of a pipeline or step. A static pipeline's failed step is recorded
    at once; a dynamic pipeline's run when it is over. Nothing is sent to the alerters.

    Args:
        exception: What the step, or the dynamic pipeline, raised.
    """
    run, step = current()
    if step is None:
        watch(run, record=True, raised=raised_cause(exception))
    else:
        watcher.submit(recording(step_event("failed", run, step, exception), stack_of(run)))
