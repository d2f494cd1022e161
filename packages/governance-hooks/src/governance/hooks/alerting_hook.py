"""Alerts through the stack's own alerters: about each step, or once about the whole run."""

from governance.hooks._asked import NOT_COMPLETED
from governance.hooks._causes import raised
from governance.hooks._facts import current
from governance.hooks._run import watch
from governance.hooks._step import EndOfStep
from governance.hooks._watcher import watcher


def alerter_success_hook() -> None:
    """Send a message that a step succeeded.

    Name it in `on_success=` of a step, or of a pipeline to hear of each of its steps. A dynamic
    pipeline calls it once, for the run.
    """
    run, step = current()
    if step is None:
        watch(run, announce={"completed"})
    else:
        watcher.submit(EndOfStep(run, step).announcing())


def alerter_failure_hook(exception: BaseException) -> None:
    """Send a message that a step failed, and why.

    Name it in `on_failure=` of a step, or of a pipeline to hear of each of its steps. A dynamic
    pipeline calls it once, for the run.

    Args:
        exception: What the step raised.
    """
    run, step = current()
    told = raised(exception)
    if step is None:
        watch(run, announce=NOT_COMPLETED, told=told)
    else:
        watcher.submit(EndOfStep(run, step, told).announcing())


def pipeline_success_hook() -> None:
    """Send one message when the whole run is over and completed, and write the audit records.

    Name it in `on_success=` of a pipeline. ZenML calls a static pipeline's hook after each
    step; the message is sent once all the same, and only if the run completed.
    """
    run, _ = current()
    watch(run, announce={"completed"}, record={"completed"})


def pipeline_failure_hook(exception: BaseException) -> None:
    """Send one alert when the run is over and failed, and write the audit records.

    Name it in `on_failure=` of a pipeline. The step that failed is recorded at once, with the
    structured failures of a gate; the run is recorded and announced when it is over.

    Args:
        exception: What the step, or the dynamic pipeline, raised.
    """
    run, step = current()
    told = raised(exception)
    if step is not None:
        watcher.submit(EndOfStep(run, step, told).recording())
    watch(run, announce=NOT_COMPLETED, record=NOT_COMPLETED, told=told)
