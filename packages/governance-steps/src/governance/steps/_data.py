"""The data that a command is told: a file, a folder, or an artifact."""

from pathlib import Path
from typing import Any

from governance.steps._artifact import is_artifact, load_artifact
from governance.steps._source import Told, open_source, read_source

FORMS = (
    "a Parquet file or a folder of such, CSV (also .csv.gz), Feather, Arrow IPC, "
    "artifact:NAME[:VERSION], or the id of an artifact's version"
)
"""What a command's user may give."""


def read_data(name: str, told: Told) -> Any:
    """Read what a command's user named.

    Args:
        name: One of `FORMS`.
        told: Is told now and then how far it got.

    Returns:
        A frame; of an artifact, whatever was stored.

    Raises:
        SourceError: If it is not there, or cannot be read.
    """
    return load_artifact(name) if is_artifact(name) else read_source(Path(name), told)


def open_data(name: str, told: Told) -> Any:
    """Open what a command's user named, so that it can be judged.

    Args:
        name: One of `FORMS`.
        told: Is told now and then how far it got.

    Returns:
        A frame, of Parquet one that is not in memory; of an artifact, whatever was stored.

    Raises:
        SourceError: If it is not there, or cannot be read.
    """
    return load_artifact(name) if is_artifact(name) else open_source(Path(name), told)
