import csv
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step

from governance.hooks import _reading, _reading_cli, pipeline_failure_hook
from governance.hooks._cli import main
from governance.hooks._trail import Trail

pytestmark = pytest.mark.any_version

Records = list[tuple[str, bytes]]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trail(tmp_path: Path, records: Records) -> Path:
    """A folder with a trail of one record of each kind and one digest."""
    folder = tmp_path / "trail"
    for path, data in [*records, ("digests/00000001.json", b'{"digest": 1}')]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def run(trail: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run an `audit` command on the trail: its exit code, output and errors."""

    def call(name: str, *arguments: str | Path) -> tuple[int, str, str]:
        code = main(["audit", name, f"--uri={trail}", *map(str, arguments)])
        told = capfdbinary.readouterr()
        return code, told.out.decode(), told.err.decode()

    return call


def damage(trail: Path) -> Path:
    file = trail / "0b5e" / "\x1b[31mbroken.json"
    file.write_bytes(b"{")
    return file


def test_list_names_every_record_by_time(run: Run, trail: Path, records: Records) -> None:
    """The list has each record once, the oldest first, and ends with 0."""
    code, out, err = run("list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 1 + len(records)
    assert lines[1:] == sorted(lines[1:])
    assert str(trail) not in out


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--since=2026-01-03"], 4),
        (["--until=2026-01-03"], 9),
        (["--since=2026-01-02T04:00:00Z", "--until=2026-01-02"], 2),
        (["--pipeline=train*"], 12),
        (["--run=0b5e"], 8),
        (["--run=training-2"], 1),
        (["--run=../trail"], 0),
        (["--run=digests"], 0),
        (["--type=governance.run.failed"], 1),
        (["--type=gate.*", "--user=ada"], 2),
        (["--user=grace"], 2),
        (["--since=1s"], 0),
    ],
)
def test_list_is_narrowed(run: Run, arguments: list[str], count: int) -> None:
    """Each filter leaves what it names; a list of nothing says so and ends with 1."""
    code, out, err = run("list", "--json", *arguments)
    assert len(out.splitlines()) == count
    assert code == (0 if count else 1)
    assert ("No record was found" in err) == (count == 0)


def test_run_s_id_needs_its_folder_only(run: Run, trail: Path) -> None:
    """A run's id lists and reads the files of its folder, and no other."""
    (trail / "1c6f" / "broken.json").write_bytes(b"{")
    assert run("list", "--run=0b5e")[0] == 0
    assert run("list", "--run=training-1")[0] == 1  # a name may be anybody's


def test_unreadable_file_is_named_and_stops_nothing(run: Run, trail: Path) -> None:
    """A file that is no record is named on stderr without its escapes, after the others."""
    damage(trail)
    code, out, err = run("list")
    assert code == 1
    assert len(out.splitlines()) == 13
    assert err.startswith("unreadable: 0b5e/broken.json: no JSON")


def test_file_that_cannot_be_opened_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, records: Records
) -> None:
    """A file that the store does not give is unreadable, and its path never leads elsewhere."""
    paths = [*(path for path, _ in records), "a/../../x.json"]
    monkeypatch.setattr(Trail, "paths", lambda *_: (["0b5e/gone.json", *paths], []))
    code, out, err = run("list")
    assert code == 1
    assert len(out.splitlines()) == 13
    assert "0b5e/gone.json: it cannot be read: [Errno 2]" in err
    assert "its path leads out of the trail" in err


@pytest.mark.parametrize("option", ["--since=yesterday", "--until=2026-02-30"])
def test_wrong_times_are_refused(run: Run, option: str) -> None:
    """A time that is none ends with 2."""
    with pytest.raises(SystemExit) as ended:
        run("list", option)
    assert ended.value.code == 2


def test_record_is_shown(run: Run, records: Records) -> None:
    """A record is shown by its path, its id and the beginning of its id."""
    path, data = records[2]
    identity = json.loads(data)["id"]
    for name in (path, identity, identity[:10]):
        code, out, _ = run("show", name)
        assert code == 0
        assert out.startswith(path)
        assert out.count("specversion") == 1
        assert run("show", "--json", name)[1] == data.decode() + "\n"


def test_foreign_record_is_shown_by_its_id(run: Run, trail: Path) -> None:
    """A record whose file has another name is found by the id that it holds."""
    event = {"specversion": "1.0", "id": "foreign-7", "source": "s", "type": "t"}
    (trail / "stray.json").write_text(json.dumps(event))
    assert run("show", "foreign-7")[1].startswith("stray.json")


@pytest.mark.parametrize("name", ["0b5e", "0b", "training-1"])
def test_run_is_shown(run: Run, records: Records, name: str) -> None:
    """A run's id, its beginning and its name show all records of the run, by time."""
    code, out, _ = run("show", name)
    assert code == 0
    assert [line for line in out.splitlines() if line.endswith(".json")] == [
        path for path, _ in records[:8]
    ]


def test_run_with_an_unreadable_record_is_shown(run: Run, trail: Path) -> None:
    """What can be read of a run is shown, the rest named, and the exit code is 1."""
    damage(trail)
    code, out, err = run("show", "0b5e")
    assert code == 1
    assert out.count("specversion") == 8
    assert "unreadable" in err


def test_ambiguous_name_lists_what_it_may_mean(
    run: Run, trail: Path, record: Callable[..., tuple[str, bytes]]
) -> None:
    """A name of several runs shows none of them and names them all."""
    path, data = record("run.failed", run_id="9999", run="training-1")
    (trail / path).parent.mkdir()
    (trail / path).write_bytes(data)
    code, out, err = run("show", "training-1")
    assert (code, out) == (2, "")
    assert err == "training-1 may mean one of these:\n  0b5e\n  9999\n"


def test_many_candidates_are_counted(
    run: Run, trail: Path, record: Callable[..., tuple[str, bytes]]
) -> None:
    """A beginning of very many ids names ten of them and says how many more there are."""
    for number in range(30):
        path, data = record("run.failed", run_id=f"run-{number:02}")
        (trail / path).parent.mkdir()
        (trail / path).write_bytes(data)
    _, _, err = run("show", "run-")
    assert err.splitlines()[-2:] == ["  run-09", "  and 20 more"]


def test_unknown_name_lists_similar_ones(run: Run, trail: Path) -> None:
    """A name of nothing brings up similar names, or says that there are none."""
    damage(trail)
    code, _, err = run("show", "trainin-1")
    assert code == 2
    assert "is neither a record nor a run; similar are:\n  training-1\n" in err
    assert run("show", "\x1b[2J???")[2].endswith("similar are:\n  none\n")


@pytest.mark.parametrize("name", ["copy", "copy.zip"])
def test_copy_holds_all_files_as_they_are(run: Run, trail: Path, tmp_path: Path, name: str) -> None:
    """A copied folder or archive has every record, damaged ones too, and every digest."""
    damage(trail)
    code, out, err = run("export", tmp_path / name)
    assert code == 1
    assert out == f"12 records are in {tmp_path / name}.\n"
    assert "whoever verifies" not in err
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(tmp_path / "copy")
    expected = {path.relative_to(trail): path.read_bytes() for path in trail.rglob("*.json")}
    copy = tmp_path / "copy"
    assert expected == {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*.json")}


def test_digest_that_cannot_be_copied_is_named(run: Run, trail: Path, tmp_path: Path) -> None:
    """A digest that the store does not give is named as missing in the copy."""
    (trail / "digests" / "00000002.json").symlink_to(trail / "nowhere")
    code, _, err = run("export", tmp_path / "copy")
    assert code == 1
    assert err.startswith("unreadable: digests/00000002.json: it cannot be read")


def test_part_of_a_trail_says_that_it_is_one(run: Run, tmp_path: Path) -> None:
    """A copy of some records has all digests, and says that a verification will miss the rest."""
    code, _, err = run("export", tmp_path / "copy", "--run=1c6f")
    assert code == 0
    assert "whoever verifies the copy will miss the rest" in err
    names = {path.parent.name for path in (tmp_path / "copy").rglob("*.json")}
    assert names == {"1c6f", "digests"}


def test_lines_hold_a_record_each(run: Run, trail: Path, tmp_path: Path, records: Records) -> None:
    """A .jsonl file has the records' own bytes, one on each line, and nothing damaged."""
    damage(trail)
    assert run("export", tmp_path / "out.jsonl")[0] == 1
    assert sorted((tmp_path / "out.jsonl").read_bytes().splitlines()) == sorted(
        data for _, data in records
    )


def test_sheet_holds_a_row_each(run: Run, trail: Path, tmp_path: Path) -> None:
    """A .csv file has a row for each record, and for each file that is none."""
    damage(trail)
    assert run("export", tmp_path / "out.csv")[0] == 1
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 13
    assert sum(row["type"] == "unreadable" for row in rows) == 1


@pytest.mark.parametrize("command", ["export", "report"])
@pytest.mark.parametrize("name", ["there.zip", "nowhere/x.csv"])
def test_target_that_cannot_be_written_is_refused(
    run: Run, tmp_path: Path, command: str, name: str
) -> None:
    """A target that is there stays as it is; the error names it, and the exit code is 2."""
    (tmp_path / "there.zip").write_bytes(b"mine")
    code, _, err = run(command, tmp_path / name)
    assert code == 2
    assert str(tmp_path) in err
    assert (tmp_path / "there.zip").read_bytes() == b"mine"


def test_report_is_written(run: Run, trail: Path, tmp_path: Path) -> None:
    """The report is a page about the records that are asked for, which names what is damaged."""
    damage(trail)
    code, out, err = run(
        "report", tmp_path / "r.html", "--title=Q1 & more", "--since=2026-01-02", "--user=ada"
    )
    assert code == 1
    assert out == f"The report on 11 records is {tmp_path / 'r.html'}.\n"
    assert "unreadable: 0b5e/broken.json" in err
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "<h1>Q1 &amp; more</h1>" in page
    assert "user ada" in page
    assert "0b5e/broken.json" in page
    assert str(trail) in page


def test_report_without_its_extra_names_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without jinja2 the report says what to install; another missing module is no such case."""
    monkeypatch.delitem(sys.modules, "governance.hooks._audit_page", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    code, _, err = run("report", tmp_path / "r.html")
    assert code == 2
    assert 'pip install "governance-hooks[audit]"' in err
    assert list(tmp_path.glob("r*")) == []
    monkeypatch.setitem(sys.modules, "governance.hooks._coverage", None)
    monkeypatch.delitem(sys.modules, "jinja2")
    with pytest.raises(ModuleNotFoundError, match="_coverage"):
        run("report", tmp_path / "r.html")


@step
def fail() -> None:
    message = "no such column"
    raise LookupError(message)


@pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
def audited() -> None:
    fail()


def test_records_of_a_real_run_are_reported(
    governed: Callable[[Any], None],
    alerters: Callable[..., list[Path]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the hooks record in the active stack is the default, and a report has its cause once."""
    alerters("take")
    governed(audited)
    capsys.readouterr()
    assert main(["audit", "list", "--json", "--pipeline=audited"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {record["type"] for record in listed} >= {"step.failed", "run.failed"}
    assert main(["audit", "report", "--pipeline=audited", str(tmp_path / "r.html")]) == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert page.count("<pre>no such column</pre>") == 1
    assert listed[0]["run"] in page


def test_address_of_no_store_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """An address that no registered store holds ends with 2 and the remedy."""
    assert main(["audit", "list", "--uri=s3://nowhere/audit"]) == 2
    assert "Register" in capsys.readouterr().err


def test_remote_trail_is_read_in_parallel(
    run: Run, trail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trail in a store lists one run by its folder, and reads files at once and in order."""

    class Store:
        def exists(self, path: str) -> bool:
            return bool(path)

        def glob(self, pattern: str) -> list[str]:
            below = pattern.removeprefix("s3://bucket/audit/").removesuffix("**")
            return [
                f"s3://bucket/audit/{path.relative_to(trail)}"
                for path in sorted((trail / below).rglob("*.json"))
            ]

        def open(self, path: str, mode: str) -> object:
            return (trail / path.removeprefix("s3://bucket/audit/")).open(mode)

    store: Any = Store()
    monkeypatch.setattr(_reading_cli, "place", lambda _: Trail("s3://bucket/audit", lambda: store))
    assert len(run("list")[1].splitlines()) == 13
    assert len(run("list", "--run=0b5e")[1].splitlines()) == 9


def test_person_who_waits_is_told_how_far_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, reading that takes long says how far it is, and wipes that away."""
    monkeypatch.setattr(_reading, "_BATCH", 5)
    assert "files" not in run("list")[2]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "files" not in run("list")[2]
    monkeypatch.setattr(_reading, "_QUIET", -1)
    assert run("list")[2] == (
        "\rRead 0 of 12 files\rRead 5 of 12 files\rRead 10 of 12 files\r\x1b[K"
    )


def test_reader_that_stops_early_is_no_error(trail: Path, tmp_path: Path) -> None:
    """Output into a pipe that is closed, as by `head`, ends quietly."""
    import subprocess

    command = [sys.executable, "-m", "governance.hooks", "audit", "list", f"--uri={trail}"]
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 0
    assert b"Traceback" not in (tmp_path / "err").read_bytes()
