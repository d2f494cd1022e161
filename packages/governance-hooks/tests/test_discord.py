import re
from dataclasses import replace

import pytest
from hypothesis import given
from syrupy.assertion import SnapshotAssertion

from governance.hooks._discord import render_discord
from governance.hooks._event import Event

pytestmark = pytest.mark.any_version

_BLOCK = re.compile(r"^```\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_OWN = re.compile(
    r"^\*\*(Link:\*\* <https?://[^<>]*>$|[A-Z]\w+:\*\*)|^\*\*(?=.*\*\*$)|\*\*$", re.MULTILINE
)


def assert_valid(message: str) -> None:
    """Hold a message against Discord's limit, and against what foreign text may not do."""
    assert 1 <= len(message.encode("utf-16-le")) // 2 <= 2_000
    assert not re.search("@(everyone|here)|<[@#]", message)
    outside = _BLOCK.sub("", message)
    outside = _OWN.sub("bold ", outside)
    outside = re.sub(r"\\[^a-zA-Z0-9\s]", "", outside)  # what is escaped is text
    assert not set("*~`|[<\\") & set(outside)
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])|https?://", outside)
    assert not re.search(r"^(#|>|- |\* |\d+\. |-# )", outside, re.MULTILINE)


def test_message_reads_well(event: Event, snapshot: SnapshotAssertion) -> None:
    """Each kind of event reads as the snapshot shows it, and does no harm."""
    message = render_discord(event)
    assert message == snapshot
    assert_valid(message)


@given(event=...)
def test_any_event_is_a_valid_message(event: Event) -> None:
    """No event, however long or strange, makes a message that Discord refuses or misreads."""
    assert_valid(render_discord(event))


def test_hundred_thousand_characters_are_cut(long_failure: Event) -> None:
    """Of a huge exception the first and last words are told, its frame, its log and the run."""
    message = render_discord(long_failure)
    assert_valid(message)
    for part in ("first xxx", "xxx last", "train.py:1", "Last log lines", long_failure.run):
        assert part in message


def test_crowded_message_keeps_cause_and_run(long_failure: Event) -> None:
    """Where every fact is long, the causes still have their titles and messages."""
    long = "<@1>_" * 99
    crowded = replace(
        long_failure,
        pipeline=long,
        stack=long,
        owner=long,
        model=long,
        environment=long,
        commit=long,
        url="https://zenml.example/" + "x" * 270,
        late=192.4,
    )
    message = render_discord(crowded)
    assert_valid(message)
    for part in ("**train: E**", "first xxx", "xxx last", long_failure.run, "… and 98 more"):
        assert part in message
