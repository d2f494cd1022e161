"""The service levels of an ODCS contract: what of them the data itself can be asked."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from governance.steps._number import is_number
from governance.steps._odcs_claim import Claim, Claims
from governance.steps._wording import column_label

_AGES = {"freshness", "latency", "fr", "ly"}
_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 604_800),
}
_LONGEST = 10**9  # seconds


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose the elements are that a service level names.

    Args:
        chosen: The names of the object that the data is.
        others: The names of all other objects.
        columns: The columns of the chosen object, by the names of its properties.
        is_alone: Whether there is no other object, so that elements need not name it.
    """

    chosen: AbstractSet[str]
    others: AbstractSet[str]
    columns: Mapping[str, str]
    is_alone: bool

    def is_other(self, element: str) -> bool:
        """Tell whether an element is that of another object."""
        return element.rpartition(".")[0] in self.others

    def column(self, element: str) -> str | None:
        """Return the column that an element is; None if it is none of the chosen object."""
        owner, _, name = element.rpartition(".")
        if owner not in self.chosen and not (self.is_alone and not owner):
            return None
        return self.columns.get(name) or (name if name in self.columns.values() else None)


def claim_service(levels: Any, default: Any, owners: Owners, claims: Claims) -> None:
    """Add service levels to what a contract claims.

    A level that names no element is about the service and not about data, but for the age of
    the data; one that names elements of other objects is theirs.

    Args:
        levels: The list of service levels, as read.
        default: The element that the contract names for all levels; None for none.
        owners: Whose the elements are.
        claims: What they are added to.
    """
    for number, level in enumerate(levels if isinstance(levels, list) else []):
        place = f"slaProperties[{number}]"
        if not isinstance(level, Mapping):
            claims.leave(place, "it is no service level")
            continue
        elements = str(level.get("element") or default or "")
        _claim_level(level, [part.strip() for part in elements.split(",")], place, owners, claims)


def _claim_level(
    level: Mapping[str, Any], elements: list[str], place: str, owners: Owners, claims: Claims
) -> None:
    name = str(level.get("property"))
    is_age = name.lower() in _AGES
    for element in elements:
        column = owners.column(element)
        seconds = _seconds(level) if is_age else None
        if owners.is_other(element) or not (element or is_age):
            continue
        if column is None:
            claims.leave(place, f"{column_label(name)} names no column of the data")
        elif seconds is None:
            claims.leave(place, f"{column_label(name)} is no age that a contract has")
        else:
            claims.held.append(Claim(place, column, "max_age", seconds))


def _seconds(level: Mapping[str, Any]) -> int | None:
    value, unit = level.get("value"), _SECONDS.get(str(level.get("unit")).lower())
    if not is_number(value) or unit is None or not 0 <= value * unit < _LONGEST:
        return None
    return round(value * unit)
