import json
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks._entry import Entry, Unreadable, entry_of
from governance.hooks._listing import cells, in_full, json_line, table, unreadable_line

Recorded = Callable[..., tuple[str, bytes]]

ANY = st.text(st.characters(codec=None))


def entries(records: list[tuple[str, bytes]]) -> list[Entry]:
    read = [entry_of(path, data) for path, data in records]
    return [entry for entry in read if isinstance(entry, Entry)]


def test_list_is_a_table(records: list[tuple[str, bytes]], snapshot: SnapshotAssertion) -> None:
    """The list has a line for each record, aligned below its columns' names."""
    assert "\n".join(table(map(cells, entries(records)))) == snapshot


def test_list_for_programs_is_json(records: list[tuple[str, bytes]]) -> None:
    """Each line for programs is a JSON object with the record's path."""
    lines = [json.loads(json_line(entry)) for entry in entries(records)]
    assert [line["path"] for line in lines] == [path for path, _ in records]
    assert lines[6]["who"] == "grace"


def test_record_is_shown_in_full(
    records: list[tuple[str, bytes]], snapshot: SnapshotAssertion
) -> None:
    """A record is shown with all that it holds, indented."""
    assert "\n".join(in_full(entries(records)[1])) == snapshot


def test_wide_and_combining_letters_align(record: Recorded) -> None:
    """Letters that take two columns of a terminal, or none, keep the table aligned."""
    rows = [
        entry_of(*record("run.failed", pipeline=name, run="r"))
        for name in ("日本語", "e\u0301", "abcdef")
    ]
    lines = table(cells(entry) for entry in rows if isinstance(entry, Entry))
    starts = [line.index(" r ") for line in lines[1:]]
    # Three letters that are wide; one that is two characters.
    assert starts == [starts[2] - 3, starts[2] + 1, starts[2]]


def test_time_that_is_unknown_is_said(record: Recorded) -> None:
    """A record without a time is listed, and has none for a program."""
    entry = entry_of(*record("run.failed", "some day"))
    assert isinstance(entry, Entry)
    assert cells(entry)[0] == "unknown"
    assert json.loads(json_line(entry))["time"] is None


@given(pipeline=ANY, run=ANY, user=ANY, kind=ANY)
def test_terminal_is_not_commanded(
    record: Recorded, pipeline: str, run: str, user: str, kind: str
) -> None:
    """No text of a record reaches the terminal as a control character or breaks its line."""
    event = json.loads(record("x")[1])
    event["data"] |= {"pipeline": pipeline, "run": run, "user": user, "x": {kind: [{run: user}]}}
    event["type"] = kind
    entry = entry_of("a/b.json", json.dumps(event).encode())
    assert isinstance(entry, Entry)
    lines = table([cells(entry)])
    assert len(lines) == 2
    for line in (*lines, *in_full(entry), json_line(entry)):
        line.encode()
        assert not any(
            ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line.replace("\t", "")
        )


def test_shown_record_keeps_its_lines_and_its_depth(record: Recorded) -> None:
    """Texts of several lines keep them; what is nested very deeply is shown as JSON."""
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}
    entry = entry_of(*record("x", message="one\ntwo", deep=deep, none=[], rows=[[1, 2]]))
    assert isinstance(entry, Entry)
    lines = in_full(entry)
    place = lines.index("    message:")
    assert lines[place + 1 : place + 3] == ["      one", "      two"]
    assert '              e: {"f": {"g": {"h": 1}}}' in lines
    assert "    none: []" in lines


def test_unreadable_file_is_named_harmlessly() -> None:
    """A file that is no record is named with the reason, without control characters."""
    line = unreadable_line(Unreadable("a\x1b[2J\n.json", "no JSON"))
    assert line == "unreadable: a .json: no JSON"
