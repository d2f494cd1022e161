"""Writes audit records to the run's artifact store, once each and never half."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zenml.logger import get_logger

from governance.hooks._event import Event
from governance.hooks._record import record_bytes, record_name
from governance.hooks._redaction import redact
from governance.hooks._stack import artifact_store
from governance.hooks._store import write_whole
from governance.hooks._watcher import Task

if TYPE_CHECKING:
    from uuid import UUID

logger = get_logger(__name__)

AUDIT_FOLDER = "governance/audit"


def recording(
    known: Callable[[], Event], describe: Callable[[], Event], stack_id: Callable[[], "UUID"]
) -> Task:
    """Plan the audit record of an event.

    Args:
        known: Tells what is known without asking ZenML, for the log where all else fails.
        describe: Tells all that the record holds; it may take its time.
        stack_id: Tells the run's stack, likewise.

    Returns:
        A task that writes `governance/audit/<run id>/<record>.json` in the artifact store,
        or the record itself to the log where the store cannot be written.
    """
    described: list[Event] = []

    def write() -> None:
        described.append(event := describe())
        store = artifact_store(stack_id())
        path = f"{store.path}/{AUDIT_FOLDER}/{record_name(event)}"
        if store.exists(path):  # the same event, recorded by another hook or process
            return
        write_whole(store, path, record_bytes(event))
        logger.info("Audit record: %s", path)

    def abandon(reason: str) -> None:
        logger.error(
            "The audit record could not be written (%s), so it stays in this log:\n%s",
            redact(reason),
            record_bytes(described[0] if described else known()).decode(),
        )

    return Task(write, abandon)
