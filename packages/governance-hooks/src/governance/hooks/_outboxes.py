"""The outboxes of all stacks: delivers what waits, and tells what still does."""

from typing import TYPE_CHECKING
from uuid import UUID

from zenml.client import Client
from zenml.enums import StackComponentType

from governance.hooks import _outbox
from governance.hooks._pages import whole
from governance.hooks._redaction import redact
from governance.hooks._returned import draining
from governance.hooks._stack import artifact_store
from governance.hooks._sweep import Sweep
from governance.hooks._watcher import Task, watcher
from governance.hooks._wording import headline

if TYPE_CHECKING:
    from collections.abc import Callable

    from zenml.artifact_stores import BaseArtifactStore


def deliver_waiting(sweep: Sweep) -> None:
    """Deliver what waits in any outbox.

    Args:
        sweep: Told what became of each message, and which outbox could not be read.
    """

    def drain(stack_id: UUID, _: "BaseArtifactStore", folder: str) -> None:
        watcher.submit(draining(stack_id, folder, sweep.report))

    _visit(sweep, drain)


def still_waiting(sweep: Sweep) -> tuple[frozenset[UUID], list[tuple[str, str]]]:
    """List what waits in any outbox.

    Args:
        sweep: Told which outbox could not be read.

    Returns:
        Ids and subjects of the letters, and their alerters with the messages.
    """
    ids: set[UUID] = set()
    messages: list[tuple[str, str]] = []

    def note(_: UUID, store: "BaseArtifactStore", folder: str) -> None:
        for path in _outbox.waiting(store, folder):
            if (letter := _outbox.read(store, path)) is not None:
                ids.update((letter.id, letter.subject))
                messages.append((letter.alerter, headline(letter.event)))

    _visit(sweep, note)
    return frozenset(ids), messages


def _visit(sweep: Sweep, look: "Callable[[UUID, BaseArtifactStore, str], None]") -> None:
    """Look at each destination for which letters wait, in bounded time."""
    stacks = {  # several stacks may share a store, and so an outbox
        stack.components[StackComponentType.ARTIFACT_STORE][0].id: stack
        for stack in whole(Client().list_stacks, hydrate=True)
    }
    for stack in stacks.values():

        def visit(stack_id: UUID = stack.id) -> None:
            store = artifact_store(stack_id)
            for folder in _outbox.folders(store):
                look(stack_id, store, folder)

        def abandon(reason: str, name: str = stack.name) -> None:
            sweep.problems.append(f"the outbox of stack '{name}' cannot be read: {redact(reason)}")

        watcher.submit(Task(visit, abandon))
    watcher.wait()
