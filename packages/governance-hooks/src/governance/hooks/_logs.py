"""The last lines that a step logged, from where ZenML keeps them."""

import json
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks._stack import load_component
from governance.hooks._store import names
from governance.hooks._text import legible

if TYPE_CHECKING:
    from zenml.artifact_stores import BaseArtifactStore
    from zenml.models import StepRunResponse

# What ZenML logs about the exception, which the message tells anyway.
_EXCEPTION = "An exception has occurred."
# The end of a long log is read alone: a log may have gigabytes.
_TAIL = 64 * 1024


def last_lines(step: "StepRunResponse", count: int) -> tuple[str, ...]:
    """Read the end of a step's log.

    Args:
        step: The step, which is over: ZenML stores a log's last lines then.
        count: How many lines at most.

    Returns:
        The lines, oldest first, as they were logged; none where ZenML keeps no log of the step
        in an artifact store.
    """
    logs = next((logs for logs in step.log_collection or [] if logs.source == "step"), None)
    if count == 0 or logs is None or logs.uri is None or logs.artifact_store_id is None:
        return ()
    store: BaseArtifactStore = load_component(  # type: ignore[assignment]
        Client().zen_store.get_stack_component(logs.artifact_store_id)
    )
    lines = [
        line
        for entry in _tail(store, logs.uri).splitlines()
        if (text := _text(entry)) and not text.startswith(_EXCEPTION)
        for line in legible(text).split("\n")
    ]
    return tuple(lines[-count:])


def _tail(store: "BaseArtifactStore", uri: str) -> str:
    if not store.exists(uri):
        return ""
    path = uri
    if store.isdir(uri):  # where a store cannot append, each part is a file
        if not (parts := names(store, uri)):
            return ""
        path = f"{uri}/{parts[-1]}"
    start = max(0, (store.size(path) or 0) - _TAIL)
    with store.open(path, "rb") as file:
        file.seek(start)
        data: bytes = file.read()
    text = data.decode("utf-8", "replace")
    return text.partition("\n")[2] if start else text


def _text(entry: str) -> str:
    """Read an entry, which is a line of JSON or, as in older logs, of text."""
    try:
        return str(json.loads(entry)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return entry.strip()
