"""A pyarrow Dataset, measured batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from governance.steps._arrow_table import arrow_frame
from governance.steps._check import Check
from governance.steps._fact import FrameFacts
from governance.steps._part_source import Found
from governance.steps._whole import measure_parts

# A batch of the default size; a few are read while one is looked at.
_ROWS = 131_072
_AHEAD = 2


def measure_dataset(dataset: ds.Dataset, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a dataset of which a few batches are in memory at a time, see `measure_parts`.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_parts(_ArrowParts(dataset), checks, now)


class _ArrowParts:
    """A pyarrow Dataset, of which a few batches are in memory at a time.

    Args:
        dataset: The dataset.
    """

    def __init__(self, dataset: ds.Dataset) -> None:
        self._dataset = dataset

    def each(self, work: Callable[..., Found], *more: Iterable[object]) -> Iterator[Found]:
        """Do something with every batch, see `PartSource`."""
        return map(work, self._frames(), *more)

    def _frames(self) -> Iterator[pd.DataFrame]:
        empty = True
        for batch in self._dataset.to_batches(
            batch_size=_ROWS, batch_readahead=_AHEAD, fragment_readahead=1
        ):
            if batch.num_rows:
                empty = False
                yield arrow_frame(pa.Table.from_batches([batch]))
        if empty:
            yield arrow_frame(self._dataset.schema.empty_table())
