"""Pictures of messages as Slack shows them, for the documentation: FOLDER, e.g. docs/pictures."""

import re
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path
from typing import Any

from governance.hooks._event import Cause, Event, Frame, Recovery, Repeats
from governance.hooks._slack import blocks
from tools.browser import browse, screenshot

_WIDTH = 680
_TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
_COMPLETED = Event(
    "completed",
    pipeline="churn_training",
    run="churn_training-2026_01_02-03_00_53",
    run_id="0b5e8c1a",
    time=_TIME,
    duration=192.4,
    stack="production",
    user="ada",
    model="churn 7 (staging)",
    commit="4f2a9c1",
    url="https://zenml.company.com/runs/0b5e8c1a",
    owner="team-payments",
    environment="production",
)
_CAUSE = Cause(
    "ValueError",
    "Input X contains NaN.\nLogisticRegression does not accept missing values encoded as NaN "
    "natively.",
    "train_model",
    attempt=2,
    frames=(
        Frame("churn/training.py", 42, "train_model", "model.fit(features, labels)"),
        Frame("utils/validation.py", 169, "_assert_all_finite", "raise ValueError(msg_err)"),
    ),
    log=(
        "Loaded 118,204 rows, 17 columns",
        "Column `tenure` has 12 missing values",
        "Fitting LogisticRegression, fold 3 of 5",
    ),
)
_FAILED = replace(_COMPLETED, outcome="failed", causes=(_CAUSE,))
_EVENTS = {
    "failed": _FAILED,
    "recovered": replace(_COMPLETED, recovery=Recovery(failed_runs=3, seconds=18_120)),
    "repeated-and-late": replace(
        _FAILED,
        causes=(
            Cause(
                "DataQualityError",
                "2 of 5 data-quality checks failed:\n"
                "check         required  found\n"
                "rows          >= 1,000  12\n"
                "missing       <= 10 %   31 %",
                "validate_data_quality",
            ),
        ),
        repeats=Repeats(count=3, since=_TIME - timedelta(hours=2, minutes=2)),
        late=754.0,
    ),
    "stale": replace(_COMPLETED, outcome="stale", duration=90_000.0, model=None),
}
_STYLE = """
body { margin: 0; background: #fff; font: 15px/22px Lato, "Liberation Sans", sans-serif;
  color: #1d1c1d; }
main { display: flex; gap: 8px; padding: 12px 20px; }
.avatar { flex: 0 0 36px; height: 36px; border-radius: 8px; background: #431d93; color: #fff;
  font: bold 20px/36px "Liberation Sans"; text-align: center; }
.message { flex: 1; min-width: 0; }
.name { font-weight: 900; } .app { background: #ddd; color: #616061; border-radius: 2px;
  font: bold 10px/14px "Liberation Sans"; padding: 1px 3px; margin: 0 6px; }
.time { color: #616061; font-size: 12px; }
h3 { font-size: 18px; line-height: 24px; margin: 8px 0; }
section { margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; }
.context { color: #616061; font-size: 13px; line-height: 18px; margin: 8px 0; }
pre { font: 12px/18px "Liberation Mono", monospace; background: #f8f8f8; margin: 4px 0;
  border: 1px solid #ddd; border-radius: 4px; padding: 8px; white-space: pre-wrap; }
code { font: 12px "Liberation Mono", monospace; background: #f8f8f8; border: 1px solid #ddd;
  border-radius: 3px; color: #c01343; padding: 2px 3px 1px; }
hr { border: 0; border-top: 1px solid #ddd; margin: 12px 0; }
a { color: #1264a3; text-decoration: none; }
"""
# What Slack reads before it looks for formats: code in a block, code in a line, and links.
_TOKEN = re.compile(
    r"\n?```\n?(?P<block>.*?)\n?```\n?|`(?P<code>[^`\n]+)`"
    r"|<(?P<url>https?://[^|<>]+)(?:\|(?P<text>[^<>]*))?>",
    re.DOTALL,
)
_FORMATS = {"*": "b", "_": "i", "~": "s"}
_FORMAT = re.compile(r"(?<!\w)([*_~])(?=\S)([^\n]*?)(?<=\S)\1(?!\w)")


def main(folder: str) -> None:
    """Take a picture of each message.

    Args:
        folder: Where the pictures go.
    """
    for name, event in _EVENTS.items():
        take(page(blocks(event)), Path(folder) / f"message-{name}.png")


def page(message: list[dict[str, Any]]) -> str:
    """Write a message as a page that looks as it does in Slack and loads nothing.

    Args:
        message: Blocks.
    """
    body = "".join(_block(block) for block in message)
    return (
        f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><main>"
        "<div class=avatar>Z</div><div class=message><span class=name>ZenML</span>"
        f"<span class=app>APP</span><span class=time>03:04</span>{body}</div></main>"
        "<script>document.title = document.documentElement.scrollHeight</script>"
    )


def take(html: str, picture: Path) -> None:
    """Take a picture of a page, as high as the page is.

    Args:
        html: The page.
        picture: The PNG file that is written.
    """
    dom = browse(html, f"--window-size={_WIDTH},100", "--hide-scrollbars", "--dump-dom").stdout
    (height,) = re.findall(r"<title>(\d+)</title>", dom)
    screenshot(html, picture, _WIDTH, int(height))


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "divider":
        return "<hr>"
    if block["type"] == "header":
        return f"<h3>{escape(block['text']['text'])}</h3>"
    if block["type"] == "context":
        elements = " ".join(_mrkdwn(element["text"]) for element in block["elements"])
        return f"<div class=context>{elements}</div>"
    if "text" in block:
        return f"<section>{_mrkdwn(block['text']['text'])}</section>"
    fields = "".join(f"<div>{_mrkdwn(field['text'])}</div>" for field in block["fields"])
    return f"<section class=fields>{fields}</section>"


def _mrkdwn(text: str) -> str:
    """Read mrkdwn as Slack does; its three entities are HTML's, too."""
    parts, end = [], 0
    for found in _TOKEN.finditer(text):
        parts.append(_FORMAT.sub(_formatted, text[end : found.start()]))
        if found["url"]:
            parts.append(f'<a href="{found["url"]}">{found["text"] or found["url"]}</a>')
        elif found["code"]:
            parts.append(f"<code>{found['code']}</code>")
        else:
            parts.append(f"<pre>{found['block']}</pre>")
        end = found.end()
    return "".join([*parts, _FORMAT.sub(_formatted, text[end:])])


def _formatted(found: re.Match[str]) -> str:
    name = _FORMATS[found[1]]
    return f"<{name}>{found[2]}</{name}>"


if __name__ == "__main__":
    main(*sys.argv[1:])
