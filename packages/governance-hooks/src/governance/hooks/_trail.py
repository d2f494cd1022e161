"""The audit trail: files below one root, each written once and never again."""

import os
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.utils.secret_utils import is_secret_reference

from governance.hooks._pages import whole
from governance.hooks._redaction import redact
from governance.hooks._settings import SettingsError, settings
from governance.hooks._stack import artifact_store_model, load_component

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from zenml.artifact_stores import BaseArtifactStore
    from zenml.models import ComponentResponse

AUDIT_FOLDER = "governance/audit"
DIGESTS = "digests"

_SUFFIX = ".json"


class Trail:
    """The files of one audit trail, by their paths below its root.

    Records are at `<run id>/<name>.json`, digests at `digests/<number>.json`.

    Args:
        root: Its folder: a local path, or a path within the store.
        load: Gives the artifact store that holds it, when it is first used; a local folder needs
            none.
    """

    def __init__(self, root: str, load: "Callable[[], BaseArtifactStore] | None" = None) -> None:
        self.root = root.rstrip("/")
        self._load = load

    @cached_property
    def _folder(self) -> Path | None:
        if is_remote(self.root):
            return None
        if self._load is not None:
            # ZenML says here whether the store may be read at all, such as by a server. What it
            # checks with each call on a local path takes longer than reading the file.
            self._load().exists(self.root)
        return Path(self.root)

    @cached_property
    def _store(self) -> "BaseArtifactStore":
        if self._load is None:
            raise ValueError(f"{self.root} is no local folder, and no artifact store is given.")
        return self._load()

    def write(self, path: str, data: bytes) -> bool:
        """Write a file that is not there yet; nobody can read it half-written.

        Args:
            path: Below the root.
            data: All of its bytes.

        Returns:
            Whether it was written; False if there is such a file, which stays as it is.
        """
        if self._folder is not None:
            return _write_local(self._folder / path, data)
        address = f"{self.root}/{path}"
        # Not every store's library knows how to create only.
        if self._store.exists(address):
            return False
        try:
            # An object appears when it is whole.
            with self._store.open(address, "xb") as file:
                file.write(data)
        except FileExistsError:
            return False
        return True

    def read(self, path: str) -> bytes:
        """Read a file.

        Args:
            path: Below the root.

        Returns:
            All of its bytes.

        Raises:
            FileNotFoundError: If there is none.
        """
        if self._folder is not None:
            # A path object takes as long to make as a small file to read.
            with open(f"{self.root}/{path}", "rb", opener=_open) as local:
                return local.read()
        with self._store.open(f"{self.root}/{path}", "rb") as file:
            data: bytes = file.read()
        return data

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file.

        Args:
            path: Below the root.
        """
        if self._folder is not None:
            return (self._folder / path).exists()
        return bool(self._store.exists(f"{self.root}/{path}"))

    def paths(self, folder: str | None = None) -> tuple[list[str], list[str]]:
        """List all files.

        Args:
            folder: A folder below the root, such as a run's id, if only its files are wanted.

        Returns:
            The paths of records and those of digests, both sorted; a file that is neither is
            listed as a record, which it may want to be taken for.
        """
        digests: list[str] = []
        records: list[str] = []
        for path in self._files("" if folder is None else f"{folder}/"):
            (digests if path.startswith(f"{DIGESTS}/") else records).append(path)
        return sorted(records), sorted(digests)

    def _files(self, below: str) -> "Iterator[str]":
        if self._folder is not None:
            for path in _local_files(self._folder / below):
                yield below + path
            return
        # Libraries of object stores remember listings, and others write too.
        if (library := getattr(self._store, "filesystem", None)) is not None:
            library.invalidate_cache()
        # One listing for all folders, where a walk would ask for each.
        prefix = self.root.partition("://")[2] + "/"
        for found in self._store.glob(f"{self.root}/{below}**"):
            path = str(found).partition("://")[2] or str(found)
            if path.startswith(prefix) and path.endswith(_SUFFIX):
                yield path.removeprefix(prefix)


def trail_of(stack_id: "UUID") -> Trail:
    """Find the trail that the runs of a stack are recorded in.

    Args:
        stack_id: The stack.

    Returns:
        The trail that the settings name, or else the one in the stack's artifact store.

    Raises:
        SettingsError: If the settings name an address that no registered store holds.
    """
    if uri := settings().audit_uri:
        return trail_at(uri)
    model = artifact_store_model(stack_id)
    path = str(model.configuration.get("path") or "")
    load = partial(_load, model)

    # Where a store is, its configuration tells even while it cannot be reached.
    if not path or is_secret_reference(path):
        path = load().path
    return Trail(f"{path.rstrip('/')}/{AUDIT_FOLDER}", load)


def trail_at(uri: str) -> Trail:
    """Find the trail at an address.

    Args:
        uri: A local folder, or an address at or below the path of an artifact store that is
            registered in ZenML, whose credentials are used.

    Returns:
        The trail.

    Raises:
        SettingsError: If no registered store holds the address.
    """
    if not is_remote(uri):
        return Trail(str(Path(uri.removeprefix("file://")).absolute()))
    for model in whole(
        Client().list_stack_components, type=StackComponentType.ARTIFACT_STORE.value, hydrate=True
    ):
        path = str(model.configuration.get("path", "")).rstrip("/")
        if path and f"{uri}/".startswith(f"{path}/"):
            return Trail(uri, partial(_load, model))
    raise SettingsError(
        f"audit_uri: no artifact store that is registered in ZenML holds {redact(uri)}. Register "
        "one whose path is that address or a folder above it: its credentials are used."
    )


def is_remote(uri: str) -> bool:
    """Tell whether an address is more than a local path.

    Args:
        uri: The address.
    """
    return "://" in uri and not uri.startswith("file://")


def _load(model: "ComponentResponse") -> "BaseArtifactStore":
    return cast("BaseArtifactStore", load_component(model))


def _open(path: str, flags: int) -> int:
    # Nobody may put a pipe there that keeps a reader waiting; Windows has none in folders.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _write_local(path: Path, data: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return False
    draft = path.with_name(f".{uuid4().hex}.draft")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:  # the file system has no links: another writer may replace its equal
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _local_files(folder: Path) -> "Iterator[str]":
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                for path in _local_files(Path(entry.path)):
                    yield f"{entry.name}/{path}"
            elif entry.name.endswith(_SUFFIX) and (entry.is_symlink() or entry.is_file()):
                yield entry.name
