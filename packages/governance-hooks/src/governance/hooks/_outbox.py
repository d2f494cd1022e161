"""Letters that no alerter took, waiting in the artifact store for the next delivery."""

from typing import TYPE_CHECKING

from governance.hooks._letter import Letter, from_bytes, to_bytes
from governance.hooks._store import names, write_whole

if TYPE_CHECKING:
    from zenml.artifact_stores import BaseArtifactStore

OUTBOX_FOLDER = "governance/outbox"
UNDELIVERABLE_FOLDER = "governance/undeliverable"


def put(store: "BaseArtifactStore", letter: Letter) -> str:
    """Keep a letter until its channel takes it.

    Args:
        store: The artifact store of the letter's stack.
        letter: The letter; it replaces itself where it waits already.

    Returns:
        Where it waits.
    """
    path = path_of(store, letter)
    write_whole(store, path, to_bytes(letter))
    return path


def path_of(store: "BaseArtifactStore", letter: Letter) -> str:
    """Tell where a letter waits, if it does.

    Args:
        store: The artifact store of the letter's stack.
        letter: The letter.

    Returns:
        The file's path.
    """
    return f"{store.path}/{OUTBOX_FOLDER}/{letter.folder}/{letter.name}"


def folders(store: "BaseArtifactStore") -> list[str]:
    """List for which destinations letters wait, or have waited.

    Args:
        store: The artifact store.

    Returns:
        Relative paths as `Letter.folder` gives them.
    """
    root = f"{store.path}/{OUTBOX_FOLDER}"
    return [
        f"{alerter}/{channel}"
        for alerter in names(store, root)
        for channel in names(store, f"{root}/{alerter}")
    ]


def waiting(store: "BaseArtifactStore", folder: str) -> list[str]:
    """List the letters that wait for a destination.

    Args:
        store: The artifact store.
        folder: The destination, as `Letter.folder` gives it.

    Returns:
        The files' paths, oldest event first.
    """
    path = f"{store.path}/{OUTBOX_FOLDER}/{folder}"
    return [f"{path}/{name}" for name in names(store, path) if name.endswith(".json")]


def read(store: "BaseArtifactStore", path: str) -> Letter | None:
    """Read a waiting letter.

    Args:
        store: The artifact store.
        path: The file's path.

    Returns:
        The letter, or None if another process has delivered it meanwhile.

    Raises:
        ValueError: If the file holds no letter.
    """
    try:
        with store.open(path, "rb") as file:
            return from_bytes(file.read())
    except FileNotFoundError:
        return None


def remove(store: "BaseArtifactStore", path: str) -> None:
    """Take a letter out of the outbox.

    Args:
        store: The artifact store.
        path: The file's path; another process may have removed it.
    """
    if store.exists(path):
        store.remove(path)


def set_aside(store: "BaseArtifactStore", path: str) -> str:
    """Move a letter out of the others' way that its channel refuses for its own sake.

    Args:
        store: The artifact store.
        path: The file's path.

    Returns:
        Where it is kept.
    """
    aside = path.replace(f"/{OUTBOX_FOLDER}/", f"/{UNDELIVERABLE_FOLDER}/", 1)
    store.makedirs(aside.rpartition("/")[0])
    store.rename(path, aside, overwrite=True)
    return aside
