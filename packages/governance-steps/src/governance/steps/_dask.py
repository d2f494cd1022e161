"""A Dask DataFrame, measured partition by partition."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from dask.base import compute
from dask.delayed import delayed

from governance.steps._check import Check
from governance.steps._extract import MOST_ROWS, Extract
from governance.steps._fact import FrameFacts
from governance.steps._part_source import Found
from governance.steps._whole import measure_parts

_compute: Any = compute  # which has no types


def measure_dask(dataset: Any, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame whose partitions are looked at where Dask computes them.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_parts(_DaskParts(dataset), checks, now)


class _DaskParts:
    """A Dask DataFrame, whose partitions are looked at where Dask computes them.

    Args:
        dataset: The frame.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def each(self, work: Callable[..., Found], *more: Iterable[Any]) -> Iterator[Found]:
        """Do something with every partition, see `PartSource`."""
        parts = self._dataset.to_delayed()
        task: Any = delayed(work)
        found: Iterable[Found] = _compute(*map(task, parts, *more))
        return iter(found)


def extract_dask(dataset: Any) -> Extract:
    """Return what can be brought of a frame into memory.

    Args:
        dataset: The data.
    """
    return Extract(
        tuple(dataset.columns),
        lambda: len(dataset),
        lambda places: dataset.iloc[:, list(places)].compute(),
        lambda: dataset.head(MOST_ROWS, npartitions=-1),
    )
