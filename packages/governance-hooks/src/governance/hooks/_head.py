"""The newest digest as it is noted outside the store, and where that is."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

# What a setting or an option may name.
ANCHOR = r"^(zenml(:.+)?|file:.+|git:.+)$"


class AnchorError(RuntimeError):
    """An anchor that cannot be read or written; the message names it and the remedy."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Head:
    """What an anchor knows of a trail.

    Attributes:
        number: The newest digest's number.
        sha256: SHA-256 of its file, in hexadecimal digits.
        time: When it was noted here.
        uri: The trail's address.
    """

    number: Annotated[int, Field(ge=1, le=99_999_999, strict=True)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    time: datetime
    uri: str


_FORMAT = TypeAdapter(Head)


class Anchor(Protocol):
    """A place outside the store.

    Attributes:
        name: How it is named in the settings.
    """

    name: str

    def heads(self) -> list[Head]:
        """Read what it knows of the trail.

        Returns:
            The heads in no order, also older ones where they are kept; none if it knows none.

        Raises:
            AnchorError: If it cannot be read.
        """
        ...

    def add(self, head: Head) -> None:
        """Note a head, beside older ones where it can keep them.

        Args:
            head: The head.

        Raises:
            AnchorError: If it cannot be written.
        """
        ...


def head_text(head: Head) -> str:
    """Write a head as one line of JSON.

    Args:
        head: The head.
    """
    return _FORMAT.dump_json(head).decode()


def head_of(text: str | bytes, place: str) -> Head:
    """Read a head.

    Args:
        text: What `head_text` wrote.
        place: Where it stands, for the error.

    Returns:
        The head.

    Raises:
        AnchorError: If it is none.
    """
    try:
        return _FORMAT.validate_json(text)
    except ValidationError:
        raise AnchorError(
            f"{place}: expected a head as JSON (number, sha256, time, uri), found something else. "
            "Restore the anchor from a copy; an incomplete last line of a file, which a seal that "
            "died has left, may be removed."
        ) from None


def advance(anchor: Anchor, head: Head) -> bool:
    """Note a head unless the anchor knows it or a newer one: an anchor only moves forward.

    Args:
        anchor: The anchor.
        head: The newest digest.

    Returns:
        Whether it was noted.

    Raises:
        AnchorError: If the anchor cannot be read or written.
    """
    if any(known.number >= head.number for known in anchor.heads()):
        return False
    anchor.add(head)
    return True


def see_one_trail(anchor: Anchor, head: Head) -> None:
    """See that an anchor which keeps one trail's heads keeps no other's.

    Args:
        anchor: The anchor.
        head: The head that is to be added.

    Raises:
        AnchorError: If it keeps another's.
    """
    others = {known.uri for known in anchor.heads()} - {head.uri}
    if others:
        raise AnchorError(
            f"{anchor.name}: it anchors the trail at {', '.join(sorted(others))}, and this one is "
            f"at {head.uri}. Give each trail an anchor of its own, a moved one too."
        )
