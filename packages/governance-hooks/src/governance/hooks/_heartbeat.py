"""When runs were last reconciled, so that a reconciler that died is noticed."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from zenml.client import Client

from governance.hooks._stack import artifact_store
from governance.hooks._store import write_whole

HEARTBEAT_FILE = "governance/reconciled.json"


@dataclass(frozen=True)
class Heartbeat:
    """The last reconciliation that came to its end.

    Attributes:
        time: When it began.
        covered_until: Runs that ended before this were looked at for good.
    """

    time: datetime
    covered_until: datetime


_FORMAT = TypeAdapter(Heartbeat)


def read() -> Heartbeat | None:
    """Read the heartbeat from the active stack's artifact store.

    Returns:
        The last one, or None if runs were never reconciled from this stack.

    Raises:
        ValueError: If the file holds something else.
    """
    store = artifact_store(Client().active_stack_model.id)
    path = f"{store.path}/{HEARTBEAT_FILE}"
    if not store.exists(path):
        return None
    with store.open(path, "rb") as file:
        return _FORMAT.validate_json(file.read())


def write(heartbeat: Heartbeat) -> None:
    """Write the heartbeat to the active stack's artifact store.

    Args:
        heartbeat: The reconciliation that came to its end.
    """
    store = artifact_store(Client().active_stack_model.id)
    write_whole(store, f"{store.path}/{HEARTBEAT_FILE}", _FORMAT.dump_json(heartbeat))
