"""The audit report as an HTML page of its own: no script, nothing loaded, fit to be printed."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from governance.hooks._check import Check, failed_checks
from governance.hooks._coverage import Coverage
from governance.hooks._duration import duration_text
from governance.hooks._entry import Entry
from governance.hooks._selection import Selection
from governance.hooks._summary import Summary
from governance.hooks._text import cut, legible

MOST = 1_000
"""Rows of a list: of longer ones the newest are shown, and it is said how many are not."""

_MOST_CAUSES = 20  # of a run; the records have them all
_MOST_CHECKS = 25  # of a cause
_LONGEST_LINE = 200
_LONGEST_TEXT = 2_000
_LINK = re.compile(r"https?://[!-~]{1,500}")


@dataclass(frozen=True)
class About:
    """What the page says about itself.

    Attributes:
        title: Its heading.
        trail: Where the records are.
        selection: Which of them were asked for.
        made: When it was made.
        version: Of the component that made it.
    """

    title: str
    trail: str
    selection: Selection
    made: datetime
    version: str


def page(summary: Summary, about: About, coverage: Coverage | None = None) -> str:
    """Write the report.

    Args:
        summary: What the records say.
        about: What the page says about itself.
        coverage: What a verification of the trail found; None if there was none.

    Returns:
        An HTML page, the same for the same arguments.
    """
    html = _template().render(
        about=about,
        coverage=coverage,
        summary=summary,
        most=MOST,
        most_causes=_MOST_CAUSES,
        most_checks=_MOST_CHECKS,
        **_lists(summary),
    )
    return html.lstrip()  # of what stands between the template's macros


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "block": _block,
        "clock": _clock,
        "count": _count,
        "duration": duration_text,
        "line": _line,
        "link": _link,
    }
    source = files("governance.hooks").joinpath("audit_page.html")
    return environment.from_string(source.read_text("utf-8"))


def _lists(summary: Summary) -> dict[str, Any]:
    """Put in order what the page lists: the newest first where time matters."""
    runs = sorted(summary.runs.values(), key=lambda run: run.order, reverse=True)
    rejected = _newest_first(summary.rejections)
    return {
        "outcomes": summary.outcomes(),
        "runs": runs,
        "failures": [run for run in runs if run.has_failed],
        "gates": sorted(summary.gates.items()),
        "rejections": [
            (entry, check)
            for entry in rejected
            for check in failed_checks(entry) or [Check("not named", "", "", "")]
        ],
        "decisions": _newest_first(summary.decisions),
        "undelivered": _newest_first(summary.undelivered),
        "users": list(summary.users().items()),
        "components": list(summary.components().items()),
        "runtimes": list(summary.runtimes().items()),
        "unreadable": sorted(summary.unreadable, key=lambda file: file.path),
        "figures": {
            "passed": sum(gate.passed for gate in summary.gates.values()),
            "failed": len(rejected),
            "overrides": sum(entry.kind == "override.granted" for entry in summary.decisions),
            "releases": sum(entry.kind == "hold.released" for entry in summary.decisions),
            "omitted": sum(_number(entry.data.get("checks_omitted")) for entry in rejected),
        },
    }


def _newest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.order, reverse=True)


def _number(value: object) -> int:
    return min(max(value, 0), 10**9) if isinstance(value, int) else 0


def _line(text: str) -> str:
    return cut(" ".join(legible(text).split()), _LONGEST_LINE)


def _block(text: str) -> str:
    return cut(legible(text).strip(), _LONGEST_TEXT)


def _clock(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else "unknown time"


def _count(number: int) -> str:
    return f"{number:,}"


def _link(url: str) -> str:
    """Give an address that may be followed; the page leads nowhere else."""
    return url if _LINK.fullmatch(url) else ""
