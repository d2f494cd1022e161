import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from governance.hooks import _copy
from governance.hooks._entry import Entry, entry_of

Recorded = Callable[..., tuple[str, bytes]]

FILES = [("a/1.json", b"{ }"), ("digests/1.json", b"\xff")]


def test_folder_holds_the_files_as_they_are(tmp_path: Path) -> None:
    """A copied folder has each file at its path, byte for byte, and nothing else is left."""
    _copy.to_folder(tmp_path / "copy", FILES)
    assert [(tmp_path / "copy" / path).read_bytes() for path, _ in FILES] == [b"{ }", b"\xff"]
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_archive_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    """An archive holds the files as they are, and no time of the copy."""
    _copy.to_archive(tmp_path / "1.zip", FILES)
    _copy.to_archive(tmp_path / "2.zip", iter(FILES))
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert [(name, archive.read(name)) for name in archive.namelist()] == FILES
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


@pytest.mark.parametrize("name", ["copy", "copy.zip"])
def test_copy_that_breaks_off_leaves_nothing(tmp_path: Path, name: str) -> None:
    """A copy that cannot be finished leaves neither a half one nor a draft."""

    def broken() -> Iterator[tuple[str, bytes]]:
        yield FILES[0]
        raise ConnectionError("the store is gone")

    copy = _copy.to_archive if name.endswith("zip") else _copy.to_folder
    with pytest.raises(ConnectionError):
        copy(tmp_path / name, broken())
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """What is there already stays, also if it came while the copy was written."""
    target = tmp_path / "out.jsonl"

    def lines() -> Iterator[bytes]:
        target.write_bytes(b"mine")
        yield b"theirs\n"

    for _ in range(2):
        with pytest.raises(FileExistsError, match=r"nothing is overwritten: remove it or give"):
            _copy.to_lines(target, lines())
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """A target in a folder that is not there is refused by name."""
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere to write"):
        _copy.to_lines(tmp_path / "nowhere" / "x.csv", [])


def test_line_is_the_record_s_own_bytes(record: Recorded) -> None:
    """A record that is on one line already is copied byte for byte."""
    path, data = record("run.failed", pipeline="ü")
    entry = entry_of(path, data)
    assert isinstance(entry, Entry)
    assert _copy.line_of(entry, data) == data + b"\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_record_on_several_lines_becomes_one(record: Recorded, encoding: str) -> None:
    """A record that a hand has laid out, or written in another encoding, is one line of JSON."""
    event = json.loads(record("run.failed", pipeline="ü")[1])
    data = json.dumps(event, indent=2).encode(encoding)
    entry = entry_of("a/b.json", data)
    assert isinstance(entry, Entry)
    line = _copy.line_of(entry, data)
    assert line.count(b"\n") == 1
    assert json.loads(line) == event
