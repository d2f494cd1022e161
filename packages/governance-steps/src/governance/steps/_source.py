"""Data in files, read by Arrow: Parquet, CSV, Feather and Arrow IPC."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.ipc as pi
import pyarrow.parquet as pq

from governance.steps._wording import column_label

Told: TypeAlias = Callable[[int, int], None]
"""Is told how many rows are read, and how many there are."""

_PARQUET = (".parquet", ".pq")
_UNNAMED_INDEX = "__index_level_"  # what pandas calls an index without a name in a file


class SourceError(Exception):
    """Data that cannot be read; the message is one line that says why."""


def read_source(path: Path, told: Told) -> pd.DataFrame:
    """Read a file, or a folder of Parquet files.

    An index that pandas stored without a name is no column. In CSV, empty cells and the
    words that pandas takes for missing, such as `NA`, are missing.

    Args:
        path: Where the data is; the end of its name says what it is.
        told: Is told now and then how far it got.

    Returns:
        A frame on Arrow's memory, not a copy of it.

    Raises:
        SourceError: If there is no such file, or it cannot be read.
    """
    with readable(path):
        return _frame(_read(path, told))


def open_source(path: Path, told: Told) -> "pd.DataFrame | ds.Dataset":
    """Open Parquet without reading it, and read everything else, see `read_source`.

    A file with two columns of one name, which Arrow does not open, is read as well.

    Args:
        path: Where the data is.
        told: Is told now and then how far reading got.

    Raises:
        SourceError: If there is no such file, or it cannot be read.
    """
    with readable(path):
        if path.is_dir():
            return _opened(_folder(path), told)
        if path.exists() and path.name.lower().endswith(_PARQUET):
            names = pq.read_schema(path).names
            if len(set(names)) == len(names):
                return _opened(ds.dataset(str(path), format="parquet"), told)
    return read_source(path, told)


def _opened(data: ds.Dataset, told: Told) -> ds.Dataset:
    kept = [field for field in data.schema if not field.name.startswith(_UNNAMED_INDEX)]
    rows = data.count_rows()
    told(rows, rows)
    return data.replace_schema(pa.schema(kept))


@contextmanager
def readable(name: object) -> Iterator[None]:
    """Tell what cannot be read in one line.

    Args:
        name: What is read in the block.

    Raises:
        SourceError: If Arrow or the operating system cannot read it.
    """
    try:
        yield
    except pa.ArrowException as error:
        raise SourceError(f"{name} cannot be read: {_reason(error)}") from error
    except OSError as error:
        reason = error.strerror or _reason(error)
        raise SourceError(f"{name} cannot be read: {reason}") from error


def _read(path: Path, told: Told) -> pa.Table:
    if path.is_dir():
        return _read_folder(path, told)
    if not path.exists():
        raise SourceError(f"There is no file {path}.")
    for endings, read in _READERS.items():
        if path.name.lower().endswith(endings):
            return read(path, told)
    known = ", ".join(ending for endings in _READERS for ending in endings)
    raise SourceError(f"{path} is none of {known}, nor a folder of Parquet files.")


def _read_parquet(path: Path, told: Told) -> pa.Table:
    with pq.ParquetFile(path) as file:
        batches = _counted(file.iter_batches(), file.metadata.num_rows, told)
        return pa.Table.from_batches(batches, file.schema_arrow)


def _read_folder(path: Path, told: Told) -> pa.Table:
    data = _folder(path)
    batches = _counted(data.to_batches(), data.count_rows(), told)
    return pa.Table.from_batches(batches, data.schema)


def _folder(path: Path) -> ds.Dataset:
    """Open the files in the order of their paths; folders such as `year=2026` give columns."""
    files = [
        str(file)
        for file in sorted(path.rglob("*.parquet"))
        if not any(part[0] in "._" for part in file.relative_to(path).parts)
    ]
    if not files:
        raise SourceError(f"The folder {path} holds no file *.parquet.")
    data = ds.dataset(
        files,
        format="parquet",
        partitioning=ds.partitioning(flavor="hive"),
        partition_base_dir=str(path),
    )
    # What only some of the files have would else be left out, or be read as missing.
    schemas = [data.schema, *(part.physical_schema for part in data.get_fragments())]
    return data.replace_schema(pa.unify_schemas(schemas, promote_options="permissive"))


def _read_csv(path: Path, told: Told) -> pa.Table:
    missing = pc.ConvertOptions(strings_can_be_null=True)
    try:
        table = pc.read_csv(str(path), convert_options=missing)  # which unpacks what ends in .gz
    except pa.ArrowInvalid as error:
        # Arrow's own message has values of the data in it.
        raise SourceError(
            f"{path} cannot be read as CSV: it needs a header, commas, UTF-8 and as many cells "
            "in each row as there are columns."
        ) from error
    told(table.num_rows, table.num_rows)
    return table


def _read_ipc(path: Path, told: Told) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        try:
            reader = pi.open_file(file)
        except pa.ArrowInvalid:
            file.seek(0)
            table = pi.open_stream(file).read_all()
        else:
            table = reader.read_all()
    told(table.num_rows, table.num_rows)
    return table


_READERS: dict[tuple[str, ...], Callable[[Path, Told], pa.Table]] = {
    _PARQUET: _read_parquet,
    (".csv", ".csv.gz"): _read_csv,
    (".feather", ".arrow", ".ipc"): _read_ipc,
}


def _counted(batches: Iterable[Any], rows: int, told: Told) -> list[Any]:
    read = 0
    kept = []
    for batch in batches:
        kept.append(batch)
        read += batch.num_rows
        told(read, rows)
    return kept


def _frame(table: pa.Table) -> pd.DataFrame:
    kept = [n for n, name in enumerate(table.column_names) if not name.startswith(_UNNAMED_INDEX)]
    columns = [_plain(table.column_names[n], table.column(n)) for n in kept]
    # Column by column: names may be there twice, and pandas' own notes in a file do not count.
    frame: pd.DataFrame = pd.DataFrame(
        dict(enumerate(pd.Series(pd.arrays.ArrowExtensionArray(column)) for column in columns)),
        index=pd.RangeIndex(table.num_rows),
    )
    frame.columns = pd.Index([table.column_names[n] for n in kept], dtype=object)
    return frame


def _plain(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write out what only says how values are stored, and nothing about them."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(name, column.cast(kind.value_type))
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    try:
        _ = pd.ArrowDtype(kind).type
    except NotImplementedError as error:
        label = column_label(name)
        raise SourceError(f"pandas has no {kind}, of which the column {label!r} is.") from error
    return column


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
