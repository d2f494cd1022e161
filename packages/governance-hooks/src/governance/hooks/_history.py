"""What the runs before this one tell: how many of them failed in a row."""

from typing import TYPE_CHECKING

from zenml.client import Client
from zenml.enums import ExecutionStatus

from governance.hooks._event import Recovery
from governance.hooks._time import aware

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

_LOOK_BACK = 100


def recovery(run: "PipelineRunResponse") -> Recovery | None:
    """Find what a completed run puts an end to.

    Args:
        run: The run, over and completed.

    Returns:
        How many runs of the pipeline failed in a row directly before it, at most 100, and for
        how long; None if the last one that was over did not fail.
    """
    if run.pipeline is None or run.end_time is None:
        return None
    from zenml.models import PipelineRunFilter  # noqa: PLC0415 loaded when a run is over

    before = Client().zen_store.list_runs(
        PipelineRunFilter(
            project=run.project_id,
            pipeline_id=run.pipeline.id,
            index=f"lt:{run.index}",
            in_progress=False,
            sort_by="desc:index",
            size=_LOOK_BACK,
        )
    )
    failed: list[PipelineRunResponse] = []
    for earlier in before.items:
        if earlier.status == ExecutionStatus.FAILED:
            failed.append(earlier)
        elif earlier.status.is_successful:
            break
    if not failed:
        return None
    # The list leaves end times out; getting one costs a call for the oldest only.
    since = failed[-1].end_time or failed[-1].created
    return Recovery(len(failed), (aware(run.end_time) - aware(since)).total_seconds())
