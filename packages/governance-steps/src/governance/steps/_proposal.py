"""A contract proposed from a profile, as YAML that says what was seen."""

from datetime import date
from typing import Any

import yaml

from governance.steps._profile import ColumnProfile, Profile
from governance.steps._rounding import fewest_rows, outward, with_headroom
from governance.steps._wording import column_label

_LONGEST_KEY = 1_000  # characters; YAML has 1,024 for a key in one line
_ENDLESS = 2**31
_TIMES = ("datetime", "date")
# What was read as floats may be integers, or decimals, the next time.
_ASKED = {"float": "number", "decimal": "number", "object": None}


def proposed_contract(profile: Profile, source: str, *, values: bool) -> str:
    """Write a contract that the data passes from which it is proposed.

    Args:
        profile: What was seen.
        source: What the data is called.
        values: Whether limits and lists of values may be in it.

    Returns:
        YAML, with comments.
    """
    missing = profile.missing / profile.cells
    columns = len(profile.columns) + profile.unnamed
    size = f"{profile.rows:,} rows, {columns:,} columns"
    lines = [
        f"# Proposed by governance-steps from {column_label(source)}: {size}.",
        "# Limits have some room; what the data has to be, only you know: read every line.",
        f"rows: {{min: {fewest_rows(profile.rows)}}} # half of those seen",
        f"missing: {with_headroom(missing)} # {_percent(missing)} seen",
    ]
    if profile.unnamed:
        lines.append(f"# columns whose names are no text, left out: {profile.unnamed}")
    keys = [(_flow(column.name), column) for column in profile.columns]
    kept = [(key, column) for key, column in keys if len(key) <= _LONGEST_KEY]
    if len(kept) < len(keys):
        lines.append(f"# columns whose names are too long, left out: {len(keys) - len(kept)}")
    lines += ["columns:"] if kept else []
    for key, column in kept:
        lines.append(f"  # {'; '.join(_seen(column, profile.rows))}")
        rules = _rules(column, profile.rows, values=values)
        lines.append(f"  {key}: {_flow(rules)}")
    return "\n".join([*lines, ""])


def _rules(column: ColumnProfile, rows: int, *, values: bool) -> dict[str, Any]:
    dtype = _ASKED.get(column.family, column.family)
    rules: dict[str, Any] = {} if dtype is None else {"dtype": dtype}
    rules["missing"] = with_headroom(column.missing / rows)
    if values and not column.is_sensitive:
        rules |= _value_rules(column)
    if column.lengths is not None:
        least, most = column.lengths
        room = outward(0, most)
        rules["length"] = {"min": min(least, 1), "max": most if room is None else room[1]}
    if column.is_unique:
        rules["unique"] = True
    if column.family == "float" and column.is_finite and column.span is not None:
        rules["finite"] = True
    return rules


def _value_rules(column: ColumnProfile) -> dict[str, Any]:
    if column.values is not None:
        return {"allowed": list(column.values)}
    if column.span is None or column.is_unique:  # the next number will be another
        return {}
    if column.family in _TIMES:  # the next time will be later
        first = column.span[0]
        return {"min": date(first, 1, 1)} if date.min.year <= first <= date.max.year else {}
    limits = outward(*column.span) if column.is_finite else None
    return {} if limits is None else {"min": limits[0], "max": limits[1]}


def _seen(column: ColumnProfile, rows: int) -> list[str]:
    told = [f"{_percent(column.missing / rows)} missing"]
    if column.family == "object":
        told.append("of no one family")
    if column.is_sensitive:
        told.append("looks personal, so no value is written")
    elif column.values is not None:
        told.append(f"{len(column.values)} distinct values")
    if column.is_unique:
        told.append("no value twice")
    if not column.is_finite:
        told.append("some infinite")
    return told


def _percent(share: float) -> str:
    text = f"{share * 100:.2g}"
    return "no cell" if not share else f"{float(text):g} %"


def _flow(value: Any) -> str:
    """Return a value as YAML in one line."""
    text: str = yaml.safe_dump(
        value,
        default_flow_style=True,
        # Quoted so, a line break is written as \n.
        default_style='"' if isinstance(value, str) and not value.isprintable() else None,
        width=_ENDLESS,
        sort_keys=False,
        allow_unicode=True,
    )
    return text.removesuffix("...\n").strip()
