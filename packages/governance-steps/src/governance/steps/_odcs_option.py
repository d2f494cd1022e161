"""The options of a logical type in an ODCS contract: lengths, ranges, patterns, formats."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from governance.steps._number import is_number
from governance.steps._odcs_claim import Claim, Claims
from governance.steps._odcs_limit import UnheldError
from governance.steps._odcs_pattern import found_anywhere

_TIMES = ("date", "timestamp")
_HEX = "[0-9a-fA-F]"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_FORMATS = {
    "uuid": "-".join(f"{_HEX}{{{length}}}" for length in (8, 4, 4, 4, 12)),
    "ipv4": rf"(?:{_OCTET}\.){{3}}{_OCTET}",
}
"""The formats of text that a pattern describes exactly."""


def claim_options(options: Any, kind: str, column: str, place: str, claims: Claims) -> None:
    """Add the options of a logical type to what a contract claims.

    Args:
        options: The options, as read.
        kind: The logical type.
        column: The column's name.
        place: Where the property is in the ODCS contract.
        claims: What they are added to.
    """
    place = f"{place}.logicalTypeOptions"
    if not isinstance(options, Mapping):
        claims.leave(place, "they are no keys and values")
        return
    for name, value in options.items():
        _claim_option(str(name), value, kind, column, options, place, claims)


def _claim_option(
    name: str,
    value: Any,
    kind: str,
    column: str,
    options: Mapping[str, Any],
    place: str,
    claims: Claims,
) -> None:
    try:
        rules = _rules(name, value, kind, options)
    except UnheldError as unheld:
        claims.leave(f"{place}.{name}", str(unheld))
        return
    claims.held += [Claim(f"{place}.{name}", column, key, limit) for key, limit in rules]


def _rules(name: str, value: Any, kind: str, options: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if kind == "string" and name in {"minLength", "maxLength"}:
        length = _whole(value)
        return [("length", (length, None) if name == "minLength" else (None, length))]
    if kind == "string" and name == "pattern":
        return [("pattern", found_anywhere(value))]
    if kind == "string" and name == "format" and value in _FORMATS:
        return [("pattern", _FORMATS[value])]
    if kind == "integer" and name == "format":
        return _integer_format(value)
    if kind in {"integer", "number", *_TIMES} and name in _LIMITS:
        return _limit(name, value, kind, options)
    raise UnheldError("a contract has no such rule")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnheldError("it is no whole number from 0")
    return value


def _integer_format(value: Any) -> list[tuple[str, Any]]:
    """Return the range of an integer of so many bits, such as i32 or u8."""
    text = str(value)
    if text[:1] not in {"i", "u"} or text[1:] not in {"8", "16", "32", "64", "128"}:
        raise UnheldError("a contract has no such rule")
    bits = int(text[1:])
    if text[0] == "u":
        return [("min", 0), ("max", 2**bits - 1)]
    return [("min", -(2 ** (bits - 1))), ("max", 2 ** (bits - 1) - 1)]


_LIMITS = {
    "minimum": ("min", False),
    "maximum": ("max", False),
    "exclusiveMinimum": ("min", True),
    "exclusiveMaximum": ("max", True),
}


def _limit(name: str, value: Any, kind: str, options: Mapping[str, Any]) -> list[tuple[str, Any]]:
    key, strictly = _LIMITS[name]
    if isinstance(value, bool) and strictly:  # version 3.0: whether the limit beside it is
        limit = options.get(name.removeprefix("exclusive").lower())
        if not value or limit is None:
            return []
        value = limit
    up = key == "min"
    if kind in _TIMES:
        return [(key, _beside_time(value, up=up) if strictly else _time(value))]
    if not is_number(value) or not math.isfinite(value):
        raise UnheldError("it is no number")
    return [(key, _beside(value, kind, up=up) if strictly else value)]


def _beside(value: float, kind: str, *, up: bool) -> float:
    """Return the number next to a limit that is itself not allowed."""
    if kind == "integer":
        return math.floor(value) + 1 if up else math.ceil(value) - 1
    return math.nextafter(value, math.inf if up else -math.inf)


def _time(value: Any) -> Any:
    if isinstance(value, str | date):
        return value
    raise UnheldError("it is no time")


def _beside_time(value: Any, *, up: bool) -> str:
    """Return the nanosecond next to a time; no column counts finer."""
    try:
        moment = datetime.fromisoformat(str(_time(value)).replace("Z", "+00:00"))
        before = moment if up else moment - timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise UnheldError("it is no time in the form of ISO 8601") from error
    clock = before.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{clock}{'001' if up else '999'}{before.strftime('%z')}"
