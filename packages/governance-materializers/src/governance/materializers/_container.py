"""The file: Parquet with a seal, a digest of the whole file that every load checks.

Page checksums leave the page headers and the footer unprotected, where one flipped bit can
turn seconds into milliseconds. So a SHA-256 of all other bytes lies between the last page and
the footer. Readers of Parquet, who find the footer from the end of the file and the pages by
their offsets, never look there.
"""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from governance.materializers._failure import DataFrameLoadError
from governance.materializers._frame import Note, decode_frame
from governance.materializers._objects import name_of

FORMAT = 1
_NOTE = b"governance.materializers"
_SEAL = b"GOVSEAL1"
_SEAL_SIZE = len(_SEAL) + hashlib.sha256().digest_size
_TAIL_SIZE = 8  # bytes: the footer's length, little-endian, and the closing mark of Parquet


def write(sink: BinaryIO, table: pa.Table, note: Note) -> int:
    """Write a table as a sealed Parquet file.

    Args:
        sink: Where to; written from start to end and left open.
        table: The table.
        note: Its note.

    Returns:
        The file's size in bytes.
    """
    sealing = _Sealing(sink)
    # No `with`: leaving it by an error would write a footer, and make half a file readable.
    writer = pq.ParquetWriter(
        pa.PythonFile(sealing, mode="w"),
        table.schema,
        compression="zstd",
        compression_level=1,
        # A dictionary of numbers that hardly repeat makes a file larger than the data.
        use_dictionary=_names(table, _is_text),
        use_byte_stream_split=_names(table, pa.types.is_floating),
        write_page_checksum=True,  # for readers of a part of the file, who cannot use the seal
    )
    writer.write_table(table)
    writer.add_key_value_metadata({_NOTE: _to_json(note)})
    sealing.hold()
    writer.close()
    return sealing.finish()


def read(content: bytes, uri: str) -> pd.DataFrame:
    """Read a DataFrame from a sealed Parquet file.

    Args:
        content: The whole file.
        uri: Where it is from, for the error.

    Raises:
        DataFrameLoadError: If a byte of the file is not as it was written, or what is
            installed here cannot read it.
    """
    _check_seal(content, uri)
    file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
    entries = json.loads(file.metadata.metadata[_NOTE])
    found, writers = entries.pop("format"), entries.pop("written_by")
    if found != FORMAT:
        raise DataFrameLoadError(
            uri,
            f"it is in format {found}, this version reads {FORMAT}; install "
            f"governance-materializers {writers['governance-materializers']} or newer.",
        )
    try:
        frame: pd.DataFrame = decode_frame(file.read(), Note(**entries))
    except Exception as error:  # the bytes are right, so it is what is installed here
        there = ", ".join(f"{name} {number}" for name, number in writers.items())
        here = ", ".join(f"{name} {version(name)}" for name in writers)
        raise DataFrameLoadError(
            uri,
            f"it was written with {there}, and {here} cannot read it "
            f"({name_of(type(error))}); install the versions that wrote it.",
        ) from error
    return frame


class _Sealing:
    """Passes a Parquet file on to a sink, with the seal put in before the footer."""

    closed = False  # all that Arrow asks of a file that it writes, beside `write`

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self._size = 0
        self._holding = False
        self._held = io.BytesIO()

    def write(self, data: bytes) -> None:
        if self._holding:
            self._held.write(data)
        else:
            self._digest.update(data)
            self._pass_on(data)

    def hold(self) -> None:
        """Keep back what is written from now on; the footer is the end of it."""
        self._holding = True

    def finish(self) -> int:
        """Write what was kept back, sealed, and return the size of all in bytes."""
        held = self._held.getvalue()
        self._digest.update(held)
        footer_size = int.from_bytes(held[-_TAIL_SIZE:-4], "little") + _TAIL_SIZE
        self._pass_on(held[:-footer_size])
        self._pass_on(_SEAL + self._digest.digest())
        self._pass_on(held[-footer_size:])
        return self._size

    def _pass_on(self, data: bytes) -> None:
        self._sink.write(data)
        self._size += len(data)


def _check_seal(content: bytes, uri: str) -> None:
    view = memoryview(content)
    tail = content[-_TAIL_SIZE:]
    footer_size = int.from_bytes(tail[:4], "little") + _TAIL_SIZE
    seal_end = len(content) - footer_size
    seal = content[max(seal_end - _SEAL_SIZE, 0) : max(seal_end, 0)]
    if len(seal) < _SEAL_SIZE or not seal.startswith(_SEAL):
        raise DataFrameLoadError(
            uri,
            f"the file ({len(content)} bytes) is cut off or damaged, or was not written by "
            "DataFrameMaterializer; restore it from a backup, or run the step again.",
        )
    digest = hashlib.sha256(view[: seal_end - _SEAL_SIZE])
    digest.update(view[seal_end:])
    if digest.digest() != seal[len(_SEAL) :]:
        raise DataFrameLoadError(
            uri,
            f"the file ({len(content)} bytes) is damaged, its bytes are not those that were "
            "written; restore it from a backup, or run the step again.",
        )


def _to_json(note: Note) -> str:
    writers = {name: version(name) for name in ("governance-materializers", "pandas", "pyarrow")}
    entries = {field.name: getattr(note, field.name) for field in fields(note)}
    return json.dumps({"format": FORMAT, "written_by": writers} | entries)


def _names(table: pa.Table, accepts: Callable[[pa.DataType], bool]) -> list[str]:
    return [field.name for field in table.schema if accepts(field.type)]


def _is_text(kind: pa.DataType) -> bool:
    text = pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary
    return any(accepts(kind) for accepts in text)
