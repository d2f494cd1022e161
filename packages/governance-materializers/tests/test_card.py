"""The card in the dashboard: schema and missing values, in a frame without JavaScript."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from governance.materializers import DataFrameMaterializer, _card
from governance.materializers._profile import ColumnProfile, Profile


class Html(SingleFileSnapshotExtension):
    """A snapshot that can be opened in a browser."""

    file_extension = "html"
    _write_mode = WriteMode.TEXT


class Reader(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def card(frame: pd.DataFrame, folder: Path) -> str:
    """Return the page that a frame gets."""
    materializer = DataFrameMaterializer(str(folder))
    (path,) = materializer.save_visualizations(frame)
    return Path(path).read_text()


def test_page(snapshot: SnapshotAssertion) -> None:
    """The page shows what the profile says, and looks as it looked."""
    columns = (
        ColumnProfile("id", "int64", 0),
        ColumnProfile("age", "float64", 1),
        ColumnProfile("plan & price", "category", 2_499),
        ColumnProfile("note", "object", 5_000),
        ColumnProfile("half", "Int64", 2_500),
        ColumnProfile("almost", "boolean", 4_999),
    )
    page = _card.render(Profile(5_000, columns, 3_140_000))
    assert page == snapshot(extension_class=Html)


def test_no_values_and_nothing_active(folder: Path) -> None:
    """No value of the data, no script, no link and no image is in the page."""
    frame = pd.DataFrame({"name": ["Ada Lovelace", None], "salary": [123_456.5, 99.0]})
    page = card(frame, folder)
    assert not any(value in page for value in ("Ada", "123456", "123,456", "99.0"))
    reader = Reader(page)
    assert not {"script", "a", "img", "link", "iframe", "object"} & set(reader.tags)
    assert not {"href", "src"} & set(reader.attributes)
    assert not [name for name in reader.attributes if name.startswith("on")]
    assert "url(" not in page


def test_labels_are_escaped(folder: Path) -> None:
    """A label is text, whatever it looks like."""
    label = '<script>alert("x")</script>&amp;'
    page = card(pd.DataFrame({label: [1]}), folder)
    assert "<script>" not in page
    assert label in Reader(page).text


def test_size_is_bounded(folder: Path) -> None:
    """Of 2,000 columns with long labels 200 are shown, in a page that the server can send."""
    frame = pd.DataFrame(np.zeros((2, 2_000)), columns=["<" * 500 + str(n) for n in range(2_000)])
    page = card(frame, folder)
    assert len(page.encode()) < 200_000
    assert page.count("<tr>") == 201
    assert "1,800 more columns not shown." in page


def test_small_frames_read_well(folder: Path) -> None:
    """One is one row, and a frame without rows or columns has a card as well."""
    assert "<h1>1 row, 1 column</h1>" in card(pd.DataFrame({"a": [1]}), folder)
    assert "<h1>0 rows, 0 columns</h1>" in card(pd.DataFrame(), folder)
    assert "0 rows, 1 column" in card(pd.DataFrame({"a": []}), folder)


def test_sizes_read_well() -> None:
    """Sizes are in the unit that a reader would choose."""
    sizes = [1, 999, 4_005, 3_140_000, 999_600_000, 2_500_000_000, 7_000_000_000_000]
    pages = [_card.render(Profile(0, (), size)) for size in sizes]
    assert [re.findall("columns, (.*) stored</h1>", page) for page in pages] == [
        ["1 byte"],
        ["999 bytes"],
        ["4 kB"],
        ["3.14 MB"],
        ["1 GB"],
        ["2.5 GB"],
        ["7 TB"],
    ]
