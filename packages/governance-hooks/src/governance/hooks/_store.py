"""Files in an artifact store that are whole or not there."""

from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from zenml.artifact_stores import BaseArtifactStore


def write_whole(store: "BaseArtifactStore", path: str, data: bytes) -> None:
    """Write a file that nobody can read half-written.

    Args:
        store: The artifact store.
        path: The file's path in the store; a file that is there is replaced.
        data: All of its bytes.
    """
    folder, _, name = path.rpartition("/")
    draft = f"{folder}/.{uuid4().hex}-{name}"
    store.makedirs(folder)
    with store.open(draft, "wb") as file:
        file.write(data)
    store.rename(draft, path, overwrite=True)


def names(store: "BaseArtifactStore", folder: str) -> list[str]:
    """List a folder in order, drafts left out.

    Args:
        store: The artifact store.
        folder: The folder's path in the store; it need not exist.

    Returns:
        The names of files and folders in it, sorted.
    """
    if not store.exists(folder):
        return []
    # Some stores give full paths, some names, some name folders with a slash.
    found = {str(name).rstrip("/").rpartition("/")[2] for name in store.listdir(folder)}
    return sorted(name for name in found if name and not name.startswith("."))
