"""How long steps and runs take, on the run itself, where dashboards and scripts read it."""

from zenml import log_metadata
from zenml.logger import get_logger

from governance.hooks._duration import duration_text
from governance.hooks._facts import current
from governance.hooks._measurement import STEP_DURATION
from governance.hooks._run import watch
from governance.hooks._run_metrics import METRICS_KEY
from governance.hooks._time import now, seconds_between
from governance.hooks._watcher import Task, watcher

logger = get_logger(__name__)


def monitoring_success_hook() -> None:
    """Log how long a step took and put it on the step, and on its run when that is over.

    Name it in `on_success=` of a pipeline or step. The metadata key is `governance.metrics`,
    durations are in seconds. Where an exporter is configured, the run's metrics are exported,
    once.
    """
    run, step = current()
    watch(run, measure=True)
    if step is None:  # a dynamic pipeline's run is measured when it is over
        return
    metrics: dict[str, float] = {"zenml.step.attempt": step.version}
    duration = seconds_between(step.start_time, now())
    if duration is not None:
        metrics[STEP_DURATION.name] = round(duration, 6)
        logger.info("%s took %s", step.name, duration_text(duration))
    watcher.submit(
        Task(
            lambda: log_metadata(metadata={METRICS_KEY: metrics}, step_id=step.id),
            lambda reason: logger.error(
                "Metrics of %s stay here (%s): %s", step.name, reason, metrics
            ),
        )
    )
