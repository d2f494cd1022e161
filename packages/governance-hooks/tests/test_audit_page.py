import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks._audit_page import MOST, About, page
from governance.hooks._coverage import Coverage
from governance.hooks._entry import Unreadable, entry_of
from governance.hooks._finding import Finding
from governance.hooks._selection import Selection
from governance.hooks._summary import Summary

pytestmark = pytest.mark.any_version

Recorded = Callable[..., tuple[str, bytes]]

MADE = datetime(2026, 2, 1, tzinfo=timezone.utc)
ABOUT = About("Audit report", "/srv/audit", Selection(), MADE, "2.1.0")
HEAD = (7, MADE)
ANY = st.text(st.characters(codec=None)) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=y>', "{{ 7 * 7 }}", "javascript:alert(1)"]
)


class Page(HTMLParser):
    """Collects a page's elements, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.text += " "
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.text += " "
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def written(
    records: list[tuple[str, bytes]], coverage: Coverage | None = None, about: About = ABOUT
) -> str:
    summary = Summary()
    for path, data in records:
        summary.add(entry_of(path, data))
    return page(summary, about, coverage)


def text_of(html: str) -> str:
    return " ".join(Page(html).text.split())


def test_page_is_as_reviewed(records: list[tuple[str, bytes]], snapshot: SnapshotAssertion) -> None:
    """The page of one record of each kind is the snapshot, and the same each time."""
    html = written([*records, ("x.json", b"{")])
    assert html == written([*records, ("x.json", b"{")])
    assert html.startswith("<!DOCTYPE html>")
    assert html.partition("</style>")[2] == snapshot


def test_page_is_whole_and_needs_nothing(records: list[tuple[str, bytes]]) -> None:
    """Elements are balanced; there is no script and nothing that is loaded or sent."""
    html = written(records)
    read = Page(html)
    assert read.open == []
    names = {name for name, _ in read.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "form", "base", "svg"}
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert "@import" not in html
    assert set(read.links) == {"https://zenml.example/runs/0b5e"}


def test_tables_say_what_they_are(records: list[tuple[str, bytes]]) -> None:
    """Every table has a caption, every head cell a scope, every section a heading."""
    read = Page(written(records, Coverage(1, 0, (Finding("p", "altered", "w"),), HEAD)))
    names = [name for name, _ in read.elements]
    assert names.count("caption") == names.count("table") == names.count("thead") > 8
    assert all("scope" in attributes for name, attributes in read.elements if name == "th")
    assert names.count("section") == names.count("h2")
    assert names.count("h1") == names.count("main") == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=9))
def test_nothing_is_injected(record: Recorded, texts: list[str]) -> None:
    """Foreign text adds no element and no attribute: the page has those of harmless text."""

    def make(text: Callable[[], str]) -> str:
        facts: dict[str, Any] = {
            name: text() for name in ("pipeline", "run", "stack", "model", "commit", "owner")
        }
        rows = [{"check": text(), "subject": text(), "required": text(), "found": text()}]
        facts["causes"] = [
            {"step": text(), "attempt": text(), "error": text(), "message": "x", "details": rows},
            {"step": text(), "error": "x", "message": text()},
        ]
        facts |= {"components": {f"c{text()}": text()}, "runtime": {"python": text()}}
        told = {"alerter": text(), "channel": "c", "reason": text(), "tells": text(), "by": text()}
        kinds = ("run.failed", "gate.failed", "override.granted", "alert.undelivered")
        records = [record(kind, gate=text(), checks=rows, **facts, **told) for kind in kinds]
        event = json.loads(records[0][1]) | {"type": f"x{text()}"}
        summary = Summary()
        for path, body in [*records, ("x", json.dumps(event).encode())]:
            summary.add(entry_of(path, body))
        summary.add(Unreadable(text(), text()))
        selection = Selection(pipeline=text(), user=text())
        coverage = Coverage(1, 1, (Finding(text(), "altered", text()),), HEAD)
        return page(summary, About(text(), text(), selection, MADE, text()), coverage)

    # A text of each kind, so that no cell is empty in one page and not in the other.
    endless = cycle(texts)
    foreign = Page(make(lambda: f"a{next(endless)}"))
    harmless = Page(make(lambda: "a"))
    assert sorted(set(foreign.elements)) == sorted(set(harmless.elements))
    assert foreign.open == []
    assert foreign.links == []


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://zenml.example/runs/1?a=1&b=2", 1),
        ("http://zenml.example", 1),
        ("javascript:alert(1)", 0),
        ("data:text/html,x", 0),
        ('https://x.y/" onclick="z', 0),
        ("https://x.y/\u202e", 0),
        (f"https://x.y/{'z' * 600}", 0),
    ],
)
def test_links_lead_to_web_pages_only(record: Recorded, url: str, followed: int) -> None:
    """A run's address is a link if it is a web address; else the name alone is shown."""
    read = Page(written([record("run.completed", url=url)]))
    assert read.links == [url] * followed
    assert "onclick" not in {name for _, attributes in read.elements for name in attributes}


@given(st.binary())
def test_any_file_is_survived(data: bytes) -> None:
    """Whatever lies in the trail, there is a page."""
    assert "</html>" in written([("a/b.json", data)])


def test_empty_trail_says_so() -> None:
    """A page about nothing says in each section that there is nothing, and no wrong figure."""
    text = text_of(written([]))
    for said in ("Nothing failed.", "No gate recorded a verdict.", "No run is recorded."):
        assert said in text
    assert "from the first record to the newest record" in text


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (None, "Not verified. This page repeats what the records say."),
        (Coverage(7, 2, head=HEAD), "No finding. Every sealed record of the trail is as it was"),
        (Coverage(1, 0, head=HEAD), "1 record of the whole trail is sealed and unchanged; 0 are"),
        (Coverage(0, 9), "Nothing is sealed. The trail has no digest"),
        (Coverage(7, 1, head=HEAD), "7 are sealed"),
        (
            Coverage(7, 2, (Finding("0b5e/a.json", "missing", "sealed in digest 3"),), HEAD),
            "1 finding. The trail is not what was sealed.",
        ),
    ],
)
def test_verification_is_told_plainly(coverage: Coverage | None, said: str) -> None:
    """The page says whether the trail was verified, how much is sealed, and each finding."""
    text = text_of(written([], coverage))
    assert said.replace("7 are sealed", "7 records of the whole trail are sealed") in text
    if coverage and coverage.findings:
        assert "missing 0b5e/a.json sealed in digest 3" in text


def test_period_and_selection_are_told(record: Recorded) -> None:
    """The head of the page says what was asked for, where, when and by which version."""
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    selection = Selection(since=since, until=MADE, pipeline="train*", user="ada")
    about = About("January", "/srv/audit", selection, MADE, "2.1.0")
    text = text_of(written([record("run.completed")], about=about))
    assert "Period 2026-01-01 00:00:00 to 2026-02-01 00:00:00" in text
    assert "Selection pipeline train*, user ada" in text
    assert "Made 2026-02-01 00:00:00 by governance-hooks 2.1.0; all times are UTC" in text


def test_long_lists_end_and_say_so(record: Recorded) -> None:
    """Of ten thousand runs the newest thousand are listed; of what is left out, how many."""
    records = []
    for number in range(10_000):
        kind = "run.failed" if number % 5 == 0 else "run.completed"
        day = (MADE + timedelta(minutes=number)).isoformat()
        causes = [{"error": "E", "message": f"cause {number}"}] if number % 5 == 0 else []
        records.append(record(kind, day, run_id=f"id-{number}", run=f"run {number}", causes=causes))
    html = written(records)
    text = text_of(html)
    assert len(html) < 2_000_000
    assert "9,000 more runs not shown" in text
    assert "1,000 more failed runs not shown" in text
    assert "2,000 failed" in text
    assert "run 9999" in text
    assert "run 8999 " not in text
    assert len(re.findall(r"cause \d", text)) == MOST


def test_long_causes_end_and_say_so(record: Recorded) -> None:
    """Causes and checks of one run beyond what is read are counted."""
    details = [{"check": f"c{number}", "required": 1, "found": 2} for number in range(40)]
    causes = [{"step": f"s{number}", "error": "E"} for number in range(30)]
    causes[0]["details"] = details  # type: ignore[assignment]
    text = text_of(
        written(
            [
                record("run.failed", causes=causes),
                record("gate.failed", gate="g", checks_omitted=3),
                record("gate.failed", gate="h", checks_omitted="many"),
            ]
        )
    )
    assert "15 more checks failed: the record has them." in text
    assert "10 more causes: the records have them." in text
    assert "3 more checks of these gates had no room in a record." in text
    assert "not named" in text


def test_long_texts_are_cut(record: Recorded) -> None:
    """A message or a name of any length takes no more than its place."""
    causes = [{"error": "E" * 10_000, "message": "m" * 10_000}]
    html = written([record("run.failed", run="r" * 10_000, causes=causes)])
    assert len(html) < 30_000
    assert "characters cut" in html


@pytest.mark.parametrize("front", ["text", "soft", "bad", "good", "fair", "link"])
def test_colours_are_legible(front: str) -> None:
    """Text has a contrast of at least 4.5 to what is behind it (WCAG 2.2, level AA)."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", written([])))
    colours["back"] = "#ffffff"

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    backs = ["back", "faint"] if front in {"soft", "link"} else ["back", "faint", f"{front}-back"]
    for back in backs:
        if back in colours:
            light, dark = sorted((luminance(colours[back]), luminance(colours[front])))[::-1]
            assert (light + 0.05) / (dark + 0.05) >= 4.5
