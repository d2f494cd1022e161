"""How long steps and runs take, on the run itself, where dashboards and scripts read it."""

from zenml import log_metadata
from zenml.logger import get_logger

from governance.hooks._duration import duration_text
from governance.hooks._facts import current
from governance.hooks._time import now, seconds_between
from governance.hooks._watcher import Task, watcher

logger = get_logger(__name__)

METRICS_KEY = "governance.metrics"


def monitoring_success_hook() -> None:
    """Log how long a step took, and put it on the step as ZenML metadata.

    Name it in `on_success=` of a pipeline or step. The metadata key is `governance.metrics`,
    durations are in seconds. A dynamic pipeline gets the duration of its run instead.
    """
    run, step = current()
    duration = seconds_between((step or run).start_time, now())
    name = step.name if step else run.name
    metrics: dict[str, float] = {}
    if duration is not None:
        metrics["zenml.step.duration" if step else "cicd.pipeline.run.duration"] = round(
            duration, 6
        )
    if step is not None:
        metrics["zenml.step.attempt"] = step.version

    def log() -> None:
        if step is None:
            log_metadata(metadata={METRICS_KEY: metrics}, run_id_name_or_prefix=run.id)
        else:
            log_metadata(metadata={METRICS_KEY: metrics}, step_id=step.id)

    if duration is not None:
        logger.info("%s took %s", name, duration_text(duration))
    watcher.submit(
        Task(
            log,
            lambda reason: logger.error("Metrics of %s stay here (%s): %s", name, reason, metrics),
        )
    )
