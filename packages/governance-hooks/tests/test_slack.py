import json
import re
from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion

from governance.hooks._event import Cause, Event, Frame
from governance.hooks._slack import blocks, notification


def texts(built: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Give every text object of a message."""
    found = []
    for block in built:
        found += [block["text"]] if "text" in block else []
        found += [*block.get("fields", ()), *block.get("elements", ())]
    return found


def assert_valid(built: list[dict[str, Any]]) -> None:
    """Hold a message against slack_sdk's own models, and against Slack's documented limits."""
    assert [block.to_dict() for block in Block.parse_all(built)] == built
    assert json.dumps(built, ensure_ascii=False).encode()
    assert len(built) <= 50
    assert sum(length(text) for text in texts(built)) <= 12_000
    for block in built:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= length(block["text"]) <= 150
        elif block["type"] == "section" and "text" in block:
            assert 1 <= length(block["text"]) <= 3_000
        elif block["type"] == "section":
            assert 1 <= len(block["fields"]) <= 10
            assert all(1 <= length(field) <= 2_000 for field in block["fields"])
        elif block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
            assert all(1 <= length(element) <= 3_000 for element in block["elements"])
        else:
            assert block == {"type": "divider"}


def length(text: dict[str, str]) -> int:
    """Count as the strictest reading of "characters" does."""
    return len(text["text"].encode("utf-16-le")) // 2


def assert_harmless(built: list[dict[str, Any]]) -> None:
    """Hold a message against what foreign text may not do."""
    for text in texts(built):
        told = text["text"]
        assert not re.search(r"@(everyone|here|channel)\b", told)
        if text["type"] == "plain_text":
            continue
        assert text["verbatim"]
        # The link to the run is the only sequence that Slack reads a meaning from.
        told = re.sub(r"\A<https?://[^|<>]*\|Open the run>(?=  ·  |\Z)", "", told)
        assert not set("<>") & set(told)
        assert not re.search("&(?!amp;|lt;|gt;)", told)
        # Bold are names of ours and titles: from the start of a text to the end of a line.
        told = re.sub(r"\A\*[^*\n]*\*(?=\n|\Z)", "", told)
        told = re.sub(r"\A\n?```\n((?!```).)*\n```\Z", "", told, flags=re.DOTALL)
        assert not set("*~`") & set(told)
        assert not re.search(r"(?<!\w)_|_(?!\w)", told)


def test_message_reads_well(event: Event, snapshot: SnapshotAssertion) -> None:
    """Each kind of event is built as the snapshot shows it, is valid, and does no harm."""
    built = blocks(event)
    assert (notification(event), built) == snapshot
    assert_valid(built)
    assert_harmless(built)


@given(event=...)
def test_any_event_is_a_valid_message(event: Event) -> None:
    """No event, however long or strange, makes a message that Slack refuses or misreads."""
    built = blocks(event)
    assert_valid(built)
    assert_harmless(built)
    assert len(notification(event)) <= 600
    assert not set("<>") & set(notification(event))


def test_hundred_thousand_characters_are_cut(long_failure: Event) -> None:
    """Of a huge exception the first and last words are told, its frame, its log and the run."""
    built = blocks(long_failure)
    assert_valid(built)
    told = "\n".join(text["text"] for text in texts(built))
    for part in ("first xxx", "xxx last", "train.py:1", "Last log lines", long_failure.run):
        assert part in told


def test_empty_parts_leave_no_empty_block() -> None:
    """What is empty, which Slack refuses, is left out."""
    cause = Cause("", "\n", "s", frames=(Frame("a.py", 1, "f"),), log=(" ", ""))
    time = datetime(2026, 1, 2, tzinfo=timezone.utc)
    built = blocks(Event("failed", "p", " ", "1", time, causes=(cause,)))
    assert_valid(built)
    assert [text["text"] for text in texts(built)] == [
        "❌ Pipeline failed: p",
        "*s: Error*",
        "```\na.py:1 in f\n```",
    ]
