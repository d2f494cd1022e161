"""What Slack refuses to post, as its documentation and its users tell."""

import json
from collections.abc import Iterator
from typing import Any

_TEXT = 40_000
_BLOCKS = 50
# Not documented: users found it, and it moves a little with the kinds of blocks.
_ALL_BLOCKS = 13_200
_SECTION_TEXT = 3_000
_FIELDS, _FIELD_TEXT = 10, 2_000
_HEADER_TEXT = 150
_ELEMENTS = {"actions": 25, "context": 10}
_TYPES = frozenset(
    {
        *("actions", "context", "context_actions", "divider", "file", "header", "image", "input"),
        *("markdown", "rich_text", "section", "table", "video"),
    }
)


def rejection(text: str, blocks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Say what Slack answers to a message that it does not take.

    Args:
        text: The message's text.
        blocks: Its blocks, if any.

    Returns:
        `error` and where it may be found, or None for a message that is fine.
    """
    if not text and not blocks:
        return {"error": "no_text"}
    if len(text) > _TEXT:
        return {"error": "msg_too_long"}
    if errors := list(_block_errors(blocks)):
        return {"error": "invalid_blocks", "response_metadata": {"messages": errors}}
    if len(json.dumps(blocks, ensure_ascii=False)) > _ALL_BLOCKS:
        return {"error": "msg_blocks_too_long"}
    return None


def _block_errors(blocks: list[dict[str, Any]]) -> Iterator[str]:
    if len(blocks) > _BLOCKS:
        yield f"[ERROR] no more than {_BLOCKS} items allowed [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        kind = block.get("type")
        if kind not in _TYPES:
            yield f"[ERROR] unsupported type: {kind} [json-pointer:{where}/type]"
        elif kind == "section":
            yield from _section_errors(block, where)
        elif kind == "header":
            yield from _text_errors(
                block.get("text"), {"plain_text"}, _HEADER_TEXT, f"{where}/text"
            )
        elif kind in _ELEMENTS and not 0 < len(block.get("elements") or []) <= _ELEMENTS[kind]:
            yield (
                f"[ERROR] between 1 and {_ELEMENTS[kind]} items allowed "
                f"[json-pointer:{where}/elements]"
            )


def _section_errors(block: dict[str, Any], where: str) -> Iterator[str]:
    kinds = {"mrkdwn", "plain_text"}
    fields = block.get("fields") or []
    if "text" in block:
        yield from _text_errors(block["text"], kinds, _SECTION_TEXT, f"{where}/text")
    elif not fields:
        yield f"[ERROR] must have text or fields [json-pointer:{where}]"
    if len(fields) > _FIELDS:
        yield f"[ERROR] no more than {_FIELDS} items allowed [json-pointer:{where}/fields]"
    for number, field in enumerate(fields):
        yield from _text_errors(field, kinds, _FIELD_TEXT, f"{where}/fields/{number}")


def _text_errors(text: Any, kinds: set[str], most: int, where: str) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"[ERROR] must be one of {', '.join(sorted(kinds))} [json-pointer:{where}/type]"
    elif not text.get("text"):
        yield f"[ERROR] must be more than 0 characters [json-pointer:{where}/text]"
    elif len(text["text"]) > most:
        yield f"[ERROR] must be less than {most + 1} characters [json-pointer:{where}/text]"
