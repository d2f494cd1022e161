"""Reads ZenML's lists whole."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from zenml.models import Page

T = TypeVar("T")

_PAGE = 100


def whole(fetch: "Callable[..., Page[T]]", **options: Any) -> Iterator[T]:  # type: ignore[type-var]
    """Read all pages of a list.

    Args:
        fetch: Gives one page.
        options: What to list, for `fetch`.

    Yields:
        Every item.
    """
    for number in count(1):
        page = fetch(page=number, size=_PAGE, **options)
        yield from page.items
        if number >= page.total_pages:
            return
