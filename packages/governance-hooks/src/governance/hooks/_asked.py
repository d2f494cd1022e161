"""What a pipeline asks for by the hooks that it names."""

from typing import TYPE_CHECKING

from governance.hooks._event import Outcome

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

NOT_COMPLETED: frozenset[Outcome] = frozenset({"failed", "stopped", "stale"})


def asked_for(run: "PipelineRunResponse") -> frozenset[Outcome]:
    """Tell which ends of a run its pipeline's own hooks ask to hear of.

    Args:
        run: The run.

    Returns:
        Outcomes to tell the alerters about.
    """
    asked: set[Outcome] = set()
    if _names(run, "success_hook_source", "pipeline_success_hook"):
        asked.add("completed")
    if _names(run, "failure_hook_source", "pipeline_failure_hook"):
        asked |= NOT_COMPLETED
    return frozenset(asked)


def recorded_for(run: "PipelineRunResponse") -> frozenset[Outcome]:
    """Tell which ends of a run its pipeline's own hooks ask to record.

    Args:
        run: The run.

    Returns:
        Outcomes that get audit records.
    """
    recorded = set(asked_for(run))
    if _names(run, "failure_hook_source", "compliance_failure_hook", "compliance_hook"):
        recorded |= NOT_COMPLETED
    return frozenset(recorded)


def _names(
    run: "PipelineRunResponse", attribute: str, hook: str, module: str = "alerting_hook"
) -> bool:
    source = getattr(run.config, attribute)
    named = (f"governance.hooks.{module}", hook)
    return source is not None and (source.module, source.attribute) == named
