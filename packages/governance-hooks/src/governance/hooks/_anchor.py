"""Where the newest digest is noted outside the store: a file, or what the other modules bring."""

import os
from pathlib import Path

from governance.hooks._git_anchor import GitAnchor
from governance.hooks._head import (
    Anchor,
    AnchorError,
    Head,
    head_of,
    head_text,
    see_one_trail,
)
from governance.hooks._zenml_anchor import ZenMLAnchor


def anchor_at(name: str, uri: str) -> Anchor:
    """Find an anchor.

    Args:
        name: "zenml", or "zenml:URI" for what ZenML knows of a trail that was at another address;
            "file:PATH"; "git:REPOSITORY".
        uri: The trail's address.

    Returns:
        The anchor; nothing is read yet.

    Raises:
        AnchorError: If there is no such kind of anchor.
    """
    kind, _, place = name.partition(":")
    if kind == "zenml":
        return ZenMLAnchor(name, place or uri)
    if kind == "file" and place:
        return FileAnchor(name, Path(place))
    if kind == "git" and place:
        return GitAnchor(name, Path(place))
    raise AnchorError(
        f"--anchor: expected zenml, zenml:URI, file:PATH or git:REPOSITORY, found {name!r}."
    )


class FileAnchor:
    """A file with one line for each head, to which lines are only added.

    Args:
        name: How it is named in the settings.
        path: The file, of this trail alone.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    def heads(self) -> list[Head]:
        """Read all heads."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise AnchorError(f"{self.name}: it cannot be read: {error.strerror}.") from None
        return [
            head_of(line, f"{self.name}, line {number}")
            for number, line in enumerate(lines, 1)
            if line.strip()
        ]

    def add(self, head: Head) -> None:
        """Add a line."""
        see_one_trail(self, head)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, flags, 0o644)
            try:
                # All at once, so that lines of two sealers do not mix.
                os.write(file, f"{head_text(head)}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise AnchorError(f"{self.name}: it cannot be written: {error.strerror}.") from None
