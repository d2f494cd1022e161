"""How long steps and runs take, on the run itself, where dashboards and scripts read it."""

from zenml import log_metadata
from zenml.logger import get_logger

from governance.hooks._duration import duration_text
from governance.hooks._facts import current, run_so_far, step_event
from governance.hooks._watcher import Task, watcher

logger = get_logger(__name__)

METRICS_KEY = "governance.metrics"


def monitoring_success_hook() -> None:
    """Log how long a step took, and put it on the step as ZenML metadata.

    Name it in `on_success=` of a pipeline or step. The metadata key is `governance.metrics`,
    durations are in seconds. A dynamic pipeline gets the duration of its run instead.
    """
    run, step = current()
    event = run_so_far(run) if step is None else step_event("completed", run, step)
    measured = "cicd.pipeline.run.duration" if step is None else "zenml.step.duration"
    name = event.step or event.run
    metrics: dict[str, float] = {}
    if event.duration is not None:
        metrics[measured] = round(event.duration, 6)
    if step is not None:
        metrics["zenml.step.attempt"] = event.attempt

    def log() -> None:
        if step is None:
            log_metadata(metadata={METRICS_KEY: metrics}, run_id_name_or_prefix=run.id)
        else:
            log_metadata(metadata={METRICS_KEY: metrics}, step_id=step.id)

    if event.duration is not None:
        logger.info("%s took %s", name, duration_text(event.duration))
    watcher.submit(
        Task(
            log,
            lambda reason: logger.error("Metrics of %s stay here (%s): %s", name, reason, metrics),
        )
    )
