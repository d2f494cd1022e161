"""A pyarrow Dataset, measured batch by batch."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from governance.steps._arrow_table import arrow_frame
from governance.steps._check import Check
from governance.steps._extract import MOST_ROWS, Extract
from governance.steps._fact import FrameFacts
from governance.steps._failure import GateConfigurationError
from governance.steps._part_source import Found
from governance.steps._whole import measure_parts
from governance.steps._wording import column_label

_ROWS = 131_072  # in a batch at most, which is pyarrow's default


def measure_dataset(dataset: ds.Dataset, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a dataset of which one batch is in memory at a time, see `measure_parts`.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.

    Raises:
        GateConfigurationError: If two columns have one name, which pyarrow does not read.
    """
    times = Counter(dataset.schema.names)
    repeated = ", ".join(column_label(name) for name, number in times.items() if number > 1)
    if repeated:
        raise GateConfigurationError(
            f"pyarrow cannot read a Dataset with two columns of one name: {repeated}. Rename them."
        )
    return measure_parts(_ArrowParts(dataset), checks, now)


class _ArrowParts:
    """A pyarrow Dataset, of which one batch is in memory at a time.

    Args:
        dataset: The dataset.
    """

    def __init__(self, dataset: ds.Dataset) -> None:
        self._dataset = dataset

    def each(self, work: Callable[..., Found], *more: Iterable[object]) -> Iterator[Found]:
        """Do something with every batch, see `PartSource`."""
        return map(work, self._frames(), *more)

    def _frames(self) -> Iterator[pd.DataFrame]:
        # Threads, and buffers of whole files, would read ahead of a slow check without a limit.
        parquet = isinstance(getattr(self._dataset, "format", None), ds.ParquetFileFormat)
        options = ds.ParquetFragmentScanOptions(pre_buffer=False) if parquet else None
        empty = True
        for batch in self._dataset.to_batches(
            batch_size=_ROWS,
            batch_readahead=0,
            fragment_readahead=1,
            use_threads=False,
            fragment_scan_options=options,
        ):
            if batch.num_rows:
                empty = False
                yield arrow_frame(pa.Table.from_batches([batch]))
        if empty:
            yield arrow_frame(self._dataset.schema.empty_table())


def extract_dataset(dataset: ds.Dataset) -> Extract:
    """Return what can be read of a dataset.

    Args:
        dataset: The data.
    """
    names = dataset.schema.names
    return Extract(
        tuple(names),
        dataset.count_rows,
        lambda places: arrow_frame(dataset.to_table([names[place] for place in places])),
        lambda: arrow_frame(dataset.head(MOST_ROWS)),
    )
