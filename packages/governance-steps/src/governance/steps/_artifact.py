"""Data in ZenML: an artifact, by its name or its id."""

from typing import Any
from uuid import UUID

from zenml.client import Client

from governance.steps._source import SourceError

PREFIX = "artifact:"
_PICKLES = "CloudpickleMaterializer"


def is_artifact(name: str) -> bool:
    """Tell whether a name is that of an artifact: `artifact:NAME[:VERSION]`, or an id."""
    return name.startswith(PREFIX) or _is_id(name)


def load_artifact(name: str) -> Any:
    """Load an artifact as the type that it was stored with.

    Args:
        name: `artifact:NAME` for the newest version, `artifact:NAME:VERSION`, or the id of a
            version.

    Raises:
        SourceError: If there is no such artifact in the active project, it is stored as a
            pickle, or it cannot be loaded.
    """
    known, _, version = name.removeprefix(PREFIX).partition(":")
    try:
        artifact = Client().get_artifact_version(known, version or None)
    except KeyError as error:
        raise SourceError(f"There is no artifact {name!r} in the active project.") from error
    if artifact.materializer.attribute == _PICKLES:
        raise SourceError(
            f"{name} is stored as a pickle, which runs code when it is read: judge it in the "
            "pipeline that makes it, or store it as Parquet."
        )
    try:
        return artifact.load()
    except Exception as error:
        # A materializer may raise anything.
        raise SourceError(f"{name} cannot be loaded: {type(error).__name__}: {error}") from error


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
