"""A copy of the trail for elsewhere: a folder or an archive of its files, or lines of records."""

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from governance.hooks._entry import Entry

_LINE_ENDS = (b"\n", b"\r")


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """Write something that is there when it is whole, or not at all.

    Args:
        target: The file or folder that shall be there in the end.

    Yields:
        What to write in its place.

    Raises:
        FileExistsError: If there is such a file or folder: nothing is overwritten.
    """
    _refuse(target)
    beside = target.with_name(f".{target.name}.{uuid4().hex[:8]}.draft")
    try:
        yield beside
        _refuse(target)  # which another may have written meanwhile
        beside.rename(target)
    finally:
        if beside.is_dir():
            shutil.rmtree(beside)
        else:
            beside.unlink(missing_ok=True)


def to_folder(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Copy files into a new folder.

    Args:
        target: The folder.
        files: Paths below it, and what each file holds.

    Raises:
        FileExistsError: If there is such a folder.
    """
    with draft(target) as folder:
        folder.mkdir()
        for path, data in files:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def to_archive(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Copy files into a new ZIP archive, whose bytes are the same for the same files.

    Args:
        target: The archive.
        files: Paths within it, and what each file holds.

    Raises:
        FileExistsError: If there is such a file.
    """
    with draft(target) as file, zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            # Without the time of the copy, which an archive's files have otherwise.
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)


def to_lines(target: Path, lines: Iterable[bytes]) -> None:
    """Write lines into a new file.

    Args:
        target: The file.
        lines: Its lines, with their ends.

    Raises:
        FileExistsError: If there is such a file.
    """
    with draft(target) as file, file.open("xb") as stream:
        stream.writelines(lines)


def line_of(entry: Entry, data: bytes) -> bytes:
    """Write a record on one line.

    Args:
        entry: The record.
        data: What its file holds.

    Returns:
        The same bytes, unless a hand has written them on several lines.
    """
    text = data.strip()
    if json.detect_encoding(text) != "utf-8" or any(end in text for end in _LINE_ENDS):
        text = json.dumps(entry.event, separators=(",", ":"), sort_keys=True).encode()
    return text + b"\n"


def _refuse(target: Path) -> None:
    if target.exists():
        raise FileExistsError(
            f"{target} is there already, and nothing is overwritten: remove it or give another name"
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent} to write {target.name} into")
