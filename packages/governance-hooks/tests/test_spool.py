import os
import time
from pathlib import Path

import pytest

from governance.hooks._spool import Kept, Spool


def kept(number: int = 0, root: str = "/trail") -> Kept:
    return Kept(root, f"run/{number}.json", f'{{"number":{number}}}')


def test_record_waits_until_it_is_removed(tmp_path: Path) -> None:
    """What was put can be read, once however often it is put, and is gone when removed."""
    spool = Spool(tmp_path / "new" / "spool")
    assert spool.waiting() == []
    spool.put(kept())
    file = spool.put(kept())
    assert spool.waiting() == [file]
    assert spool.read(file) == kept()
    spool.remove(file)
    spool.remove(file)
    assert spool.waiting() == []
    assert spool.read(file) is None


def test_oldest_come_first_and_the_youngest_not_at_all(tmp_path: Path) -> None:
    """Records are listed by age; those that may be on their way are left out on demand."""
    spool = Spool(tmp_path)
    files = [spool.put(kept(number)) for number in range(3)]
    for age, file in zip([10, 300, 100], files, strict=True):
        os.utime(file, (time.time() - age,) * 2)
    assert spool.waiting() == [files[1], files[2], files[0]]
    assert spool.waiting(age=60) == [files[1], files[2]]


def test_trails_do_not_mix(tmp_path: Path) -> None:
    """Records of one trail are listed without those of another."""
    spool = Spool(tmp_path)
    ours, other = spool.put(kept()), spool.put(kept(root="s3://bucket/trail"))
    assert spool.waiting("/trail") == [ours]
    assert spool.waiting("s3://bucket/trail") == [other]
    assert set(spool.waiting()) == {ours, other}


def test_record_that_vanishes_while_it_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that another process delivers meanwhile is no error."""
    spool = Spool(tmp_path)
    file = spool.put(kept())

    def vanish(*_: object) -> list[Path]:
        file.unlink()
        return [file]

    monkeypatch.setattr(Path, "glob", vanish)
    assert spool.waiting() == []


@pytest.mark.parametrize("content", ["", "{", '{"root": "x"}', "[1]", "3"])
def test_foreign_file_is_named(tmp_path: Path, content: str) -> None:
    """A file that holds no record is an error that can be told, and stays."""
    file = tmp_path / "a-b.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"a-b\.json|Expecting|record"):
        Spool(tmp_path).read(file)
    assert file.exists()


def test_nobody_else_reads_the_spool(tmp_path: Path) -> None:
    """The spool's folder is its owner's alone."""
    spool = Spool(tmp_path / "spool")
    spool.put(kept())
    assert spool.folder.stat().st_mode & 0o077 == 0
