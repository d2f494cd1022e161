"""Components of the run's own stack: by the time a run ends, the active stack may be another."""

from typing import TYPE_CHECKING

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.stack import StackComponent

if TYPE_CHECKING:
    from uuid import UUID

    from zenml.artifact_stores import BaseArtifactStore
    from zenml.models import ComponentResponse, PipelineRunResponse


def stack_of(run: "PipelineRunResponse") -> "UUID":
    """Name the stack that a run uses.

    Args:
        run: The run.

    Returns:
        The stack's id; the active stack's where the run's own was deleted.
    """
    return run.stack.id if run.stack else Client().active_stack_model.id


def alerter_models(stack_id: "UUID") -> "list[ComponentResponse]":
    """List the alerters of a stack, none loaded yet: one may lack its packages.

    Args:
        stack_id: The stack.

    Returns:
        The alerters as ZenML keeps them.
    """
    return _components(stack_id, StackComponentType.ALERTER)


def artifact_store(stack_id: "UUID") -> "BaseArtifactStore":
    """Load the artifact store of a stack.

    Args:
        stack_id: The stack.

    Returns:
        The store, ready to write to.
    """
    (model,) = _components(stack_id, StackComponentType.ARTIFACT_STORE)
    store: BaseArtifactStore = StackComponent.from_model(model)  # type: ignore[assignment]
    return store


def _components(stack_id: "UUID", kind: StackComponentType) -> "list[ComponentResponse]":
    page = Client().list_stack_components(stack_id=stack_id, type=kind.value, hydrate=True)
    return list(page.items)
