"""Frames that come in parts, each of which is looked at where it is and then forgotten."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar

Found = TypeVar("Found")


class PartSource(Protocol):
    """A frame in parts, the same ones in the same order each time."""

    def each(self, work: Callable[..., Found], *more: Iterable[Any]) -> Iterator[Found]:
        """Do something with every part, from top to bottom.

        Args:
            work: What to do with a part, a pandas frame.
            more: What else it is given, a value for each part.
        """
