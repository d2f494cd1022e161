"""Writes audit records to the run's artifact store, once each and never half."""

from typing import TYPE_CHECKING
from uuid import uuid4

from zenml.logger import get_logger

from governance.hooks._event import Event
from governance.hooks._record import record_bytes, record_name
from governance.hooks._redaction import redact
from governance.hooks._stack import artifact_store
from governance.hooks._watcher import Task

if TYPE_CHECKING:
    from uuid import UUID

logger = get_logger(__name__)

AUDIT_FOLDER = "governance/audit"


def recording(event: Event, stack_id: "UUID") -> Task:
    """Plan the audit record of an event.

    Args:
        event: What happened.
        stack_id: The run's stack.

    Returns:
        A task that writes `governance/audit/<run id>/<record>.json` in the artifact store,
        or the record itself to the log where the store cannot be written.
    """
    record = record_bytes(event)

    def write() -> None:
        store = artifact_store(stack_id)
        path = f"{store.path}/{AUDIT_FOLDER}/{record_name(event)}"
        if store.exists(path):  # the same event, recorded by another hook or process
            return
        folder, _, name = path.rpartition("/")
        # Nobody reads a half-written record: it gets its name when it is whole.
        draft = f"{folder}/.{uuid4().hex}-{name}"
        store.makedirs(folder)
        with store.open(draft, "wb") as file:
            file.write(record)
        store.rename(draft, path, overwrite=True)
        logger.info("Audit record: %s", path)

    def abandon(reason: str) -> None:
        logger.error(
            "The audit record could not be written (%s), so it stays in this log:\n%s",
            redact(reason),
            record.decode(),
        )

    return Task(write, abandon)
