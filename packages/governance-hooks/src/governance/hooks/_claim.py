"""One voice per run: of all processes that saw a run end, one may speak."""

from datetime import datetime, timezone
from typing import TYPE_CHECKING
from uuid import UUID, uuid4, uuid5

from zenml.client import Client
from zenml.enums import ExecutionStatus, HookType

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

_NAMESPACE = UUID("8f4a0c52-52a5-5f0c-9a52-0f1bd2a8b3a1")


def claim(run: "PipelineRunResponse") -> bool:
    """Claim the right to speak about the end of a run.

    The claim is a hook invocation of the run whose id follows from how and when the run
    ended: the id is the table's primary key, so the store lets one claimant win. A run
    that is resumed and ends again has another end, and may be spoken about again.

    Args:
        run: The run, over, fetched anew.

    Returns:
        Whether this process is the one.
    """
    from zenml.models import HookInvocationRequest  # noqa: PLC0415 loaded when a run is over

    claim_id = uuid5(_NAMESPACE, f"{run.id}:{run.status.value}:{run.end_time}")
    # Tells a lost answer (the claim is ours) from a lost race (it is another's).
    nonce = f"governance.hooks.{uuid4().hex}"
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    store = Client().zen_store
    request = HookInvocationRequest(
        id=claim_id,
        project=run.project_id,
        hook_type=HookType.CUSTOM,
        name="governance.run_ended",
        status=ExecutionStatus.COMPLETED,
        start_time=now,
        end_time=now,
        source=nonce,
        pipeline_run_id=run.id,
    )
    try:
        store.create_hook_invocation(request)
    except Exception:
        # Which exception a taken id raises depends on the store: ask who has it.
        try:
            winner = store.get_hook_invocation(claim_id)
        except KeyError:
            winner = None
        if winner is None:
            raise
        return winner.source == nonce
    return True
