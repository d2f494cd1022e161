import csv
import io
import json
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks import _sheet
from governance.hooks._entry import Unreadable, entry_of

Recorded = Callable[..., tuple[str, bytes]]


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_rows_have_fixed_columns(
    records: list[tuple[str, bytes]], snapshot: SnapshotAssertion
) -> None:
    """Every record is a row of the same columns."""
    data = _sheet.head() + b"".join(_sheet.row(entry_of(*item)) for item in records)
    assert {len(row) for row in rows(data)} == {len(_sheet.COLUMNS)}
    assert data.decode() == snapshot


def test_unreadable_file_is_a_row() -> None:
    """A file that is no record has a row with the reason."""
    (row,) = rows(_sheet.row(Unreadable("a/b.json", "no JSON")))
    told = dict(zip(_sheet.COLUMNS, row, strict=True))
    assert (told["type"], told["message"], told["path"]) == ("unreadable", "no JSON", "a/b.json")


def test_record_without_a_time_has_an_empty_cell(record: Recorded) -> None:
    """A time that is unknown is an empty cell."""
    (row,) = rows(_sheet.row(entry_of(*record("run.failed", "some day"))))
    assert row[0] == ""


@given(
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "＝", "\x00=", "\u200b=", "", "'"]),  # noqa: RUF001
    st.text(st.characters(codec=None)),
)
def test_no_cell_is_a_formula(record: Recorded, first: str, rest: str) -> None:
    """No cell begins as a formula does, whatever precedes it invisibly; the row stays one row."""
    event = json.loads(record("run.failed")[1])
    event["data"] |= {"pipeline": first + rest, "reason": first + rest}
    event["type"] = first + rest
    (row,) = rows(_sheet.row(entry_of("=a/b.json", json.dumps(event).encode())))
    assert len(row) == len(_sheet.COLUMNS)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in row)  # noqa: RUF001
    assert row[-1] == "'=a/b.json"
