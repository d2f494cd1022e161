"""Components of the run's own stack: by the time a run ends, the active stack may be another."""

import threading
from typing import TYPE_CHECKING

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.stack import StackComponent
from zenml.utils import source_utils

if TYPE_CHECKING:
    from uuid import UUID

    from zenml.artifact_stores import BaseArtifactStore
    from zenml.models import ComponentResponse, PipelineRunResponse


_source_root: str | None = None


def keep_source_root() -> None:
    """Note where ZenML finds a team's own code, while the main module can still tell.

    Python takes the main module's file from it when the main thread ends; an alerter of the
    team's own could not be imported after that.
    """
    global _source_root  # noqa: PLW0603 a process has one source root
    try:
        _source_root = source_utils.get_source_root()
    except RuntimeError:  # an interactive session has none, then or later
        _source_root = None


def load_component(model: "ComponentResponse") -> StackComponent:
    """Load a stack component, also after the main thread has ended.

    Args:
        model: The component as ZenML keeps it.

    Returns:
        The component.
    """
    if _source_root is not None and not threading.main_thread().is_alive():
        source_utils.set_custom_source_root(_source_root)
    return StackComponent.from_model(model)


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
    store: BaseArtifactStore = load_component(artifact_store_model(stack_id))  # type: ignore[assignment]
    return store


def artifact_store_model(stack_id: "UUID") -> "ComponentResponse":
    """Find the artifact store of a stack.

    Args:
        stack_id: The stack.

    Returns:
        The store as ZenML keeps it.
    """
    (model,) = _components(stack_id, StackComponentType.ARTIFACT_STORE)
    return model


def _components(stack_id: "UUID", kind: StackComponentType) -> "list[ComponentResponse]":
    page = Client().list_stack_components(stack_id=stack_id, type=kind.value, hydrate=True)
    return list(page.items)
