"""What a check asks for, in a few words."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from governance.steps._check import Check

_LONGEST = 60


def asked_for(check: Check) -> str | float:
    """Return what a check on columns asks for.

    Args:
        check: A check that is not on the frame's shape.

    Returns:
        The limit of a share, words for everything else.
    """
    words = _WORDS.get(check.kind)
    return float(check.limit) if words is None else _cut(words(check))


def told_seconds(seconds: float) -> str:
    """Return an age in words."""
    if seconds == float("inf"):
        return "no time at all"
    if seconds < 0:
        return f"{_span(-seconds)} in the future"
    return f"{_span(seconds)} old"


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds))).removesuffix(", 0:00:00")


def _interval(parameters: Mapping[str, Any]) -> str:
    least, most = parameters["min"], parameters["max"]
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"from {least} to {most}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_WORDS: dict[str, Callable[[Check], str]] = {
    "range": lambda check: _interval(check.parameters),
    "length": lambda check: f"{_interval(check.parameters)} characters",
    "allowed": lambda check: f"one of {', '.join(map(repr, check.parameters['values']))}",
    "pattern": lambda check: f"like {check.parameters['pattern']}",
    "finite": lambda _: "finite",
    "order": lambda check: str(check.parameters["order"]),
    "comparison": lambda check: f"{check.parameters['operator']} {check.columns[1]}",
    "unique_key": lambda _: "unique",
    "dtype": lambda check: str(check.parameters["dtype"]),
    "freshness": lambda check: f"at most {_span(check.limit)} old",
}
