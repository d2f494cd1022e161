"""What one reconciliation did, and how ZenML's lists are read whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from governance.hooks._returned import Result

if TYPE_CHECKING:
    from zenml.models import Page

T = TypeVar("T")

_PAGE = 100
_FINE: frozenset[Result] = frozenset({"told", "counted", "logged"})


@dataclass
class Sweep:
    """What one reconciliation did.

    Attributes:
        since: From when on runs were looked at.
        covered_until: Runs that ended before this need not be looked at again.
        results: Alerter, message and what became of it, in order.
        found: In a dry run, the alerters and messages that would have been told.
        problems: What could not be looked at, and why.
        pending: How many messages another process has claimed and not told yet.
    """

    since: datetime
    covered_until: datetime
    results: list[tuple[str, str, Result]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    pending: int = 0

    def report(self, alerter: str, message: str, result: Result) -> None:
        """Note what became of a message."""
        self.results.append((alerter, message, result))

    def keep_open(self, time: datetime) -> None:
        """Have the next reconciliation look at a run again.

        Args:
            time: When the run ended.
        """
        self.covered_until = min(self.covered_until, time)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to be told that can be."""
        waits = any(result not in _FINE for _, _, result in self.results)
        return not (waits or self.found or self.problems)


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
