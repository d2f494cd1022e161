"""The stored file: sealed, never half readable, and Parquet to everybody else."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from governance.materializers import DataFrameLoadError, DataFrameMaterializer, _container

Check = Callable[[pd.DataFrame, pd.DataFrame], None]


@pytest.fixture
def frame() -> Any:
    """Give a frame that fills every part of a file."""
    return pd.DataFrame(
        {
            "number": [1.5, None, -0.0],
            "text": ["a", "b", None],
            "kind": pd.Categorical(["x", "y", "x"]),
            "time": pd.date_range("2020", periods=3, tz="UTC"),
            "list": [[1], [2, 3], []],
        },
        index=pd.Index([7, 8, 9], name="id"),
    )


@pytest.fixture
def file(frame: pd.DataFrame, folder: Path) -> Path:
    """Give the file of a saved frame."""
    DataFrameMaterializer(str(folder)).save(frame)
    return folder / "data.parquet"


def load(file: Path) -> pd.DataFrame:
    """Load what the file holds."""
    return DataFrameMaterializer(str(file.parent)).load(pd.DataFrame)


def test_any_flipped_bit_is_an_error(file: Path) -> None:
    """A file with one wrong bit, in whatever byte, is refused; it never loads as other data."""
    content = file.read_bytes()
    chance = random.Random(0)  # noqa: S311 (no secret)
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(DataFrameLoadError):
            load(file)
    file.write_bytes(content)
    load(file)


def test_any_cut_or_growth_is_an_error(file: Path) -> None:
    """A file that lost its end, its start or its middle, or grew, is refused."""
    content = file.read_bytes()
    chance = random.Random(0)  # noqa: S311 (no secret)
    lengths = [*range(100), *chance.sample(range(len(content)), 300)]
    cuts = [content[:length] for length in lengths]
    cuts += [content[length + 1 :] for length in lengths]
    cuts += [content[:length] + content[length + 9 :] for length in lengths]
    cuts += [content + b"\0", content + content, b"\0" * len(content)]
    for damaged in cuts:
        file.write_bytes(damaged)
        with pytest.raises(DataFrameLoadError):
            load(file)


def test_other_readers_see_plain_parquet(file: Path, frame: pd.DataFrame) -> None:
    """Pandas alone reads columns and index; the seal is in nobody's way."""
    plain = pd.read_parquet(file)
    assert list(plain.columns) == list(frame.columns)
    assert plain.index.identical(frame.index)
    assert plain["number"].isna().tolist() == [False, True, False]
    assert plain["text"].tolist()[:2] == ["a", "b"]
    assert plain["kind"].tolist() == ["x", "y", "x"]


def test_a_range_is_an_index_for_other_readers_too(folder: Path) -> None:
    """A range takes no column, and pandas alone finds it all the same."""
    DataFrameMaterializer(str(folder)).save(
        pd.DataFrame({"v": [1, 2]}, index=pd.RangeIndex(10, 30, 10))
    )
    assert pd.read_parquet(folder / "data.parquet").index.equals(pd.RangeIndex(10, 30, 10))


def test_pages_are_compressed_and_have_checksums(file: Path) -> None:
    """Zstd everywhere, dictionaries for text alone; a reader of one column can check its pages."""
    metadata = pq.ParquetFile(file).metadata.row_group(0)
    columns = [metadata.column(place) for place in range(metadata.num_columns)]
    assert {column.compression for column in columns} == {"ZSTD"}
    encodings = {column.path_in_schema: column.encodings for column in columns}
    assert "BYTE_STREAM_SPLIT" in encodings["number"]
    assert "RLE_DICTIONARY" in encodings["text"]
    assert "RLE_DICTIONARY" not in encodings["time"]
    damaged = bytearray(file.read_bytes())
    damaged[columns[0].data_page_offset + columns[0].total_compressed_size - 1] ^= 1
    with pytest.raises(OSError, match="CRC checksum"):
        pq.ParquetFile(io.BytesIO(damaged), page_checksum_verification=True).read()


def test_a_newer_format_names_the_version_to_install(
    file: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a later format is not guessed at."""
    monkeypatch.setattr(_container, "FORMAT", 2)
    DataFrameMaterializer(str(file.parent)).save(frame)
    monkeypatch.undo()
    with pytest.raises(DataFrameLoadError, match="format 2, this version reads 1; install"):
        load(file)


def test_what_this_environment_cannot_read_names_the_versions(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is whole but beyond the installed pandas says what wrote it."""

    def fail(*_: object) -> None:
        raise TypeError("unknown dtype")

    monkeypatch.setattr(_container, "decode_frame", fail)
    with pytest.raises(
        DataFrameLoadError, match="written with governance-materializers 1"
    ) as caught:
        load(file)
    assert "governance-materializers 1" in caught.value.reason
    assert f"pandas {pd.__version__}" in caught.value.reason
    assert isinstance(caught.value.__cause__, TypeError)
