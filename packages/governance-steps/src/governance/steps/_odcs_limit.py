"""What the operators of an ODCS quality rule, such as `mustBeLessThan`, ask of a figure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from governance.steps._number import is_number

_PERCENT = 100


class UnheldError(Exception):
    """A rule cannot be held; the message says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where to where a figure may go.

    Args:
        low: The least; None for no limit.
        high: The most; None for no limit.
        above: Whether `low` itself is too little.
        below: Whether `high` itself is too much.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    above: bool = False
    below: bool = False

    def whole(self) -> tuple[int | None, int | None]:
        """Return the least and the most of a figure that is a count."""
        least = most = None
        if self.low is not None:
            least = max(0, math.floor(self.low) + 1 if self.above else math.ceil(self.low))
        if self.high is not None:
            most = math.ceil(self.high) - 1 if self.below else math.floor(self.high)
        return least, most

    def share(self) -> float | None:
        """Return the most of a figure that is a number of percent, as a share from 0 to 1."""
        if self.high is None:
            return None
        share = float(self.high / _PERCENT)
        return math.nextafter(share, -math.inf) if self.below else share

    @property
    def has_low(self) -> bool:
        """Tell whether a count or a share can be too small."""
        return self.low is not None and (self.low > 0 or (self.low == 0 and self.above))


def limits_of(rule: Mapping[str, Any]) -> Limits:
    """Read the operators of a rule.

    Between two figures means, as the standard says, above the one and below the other.

    Args:
        rule: A quality rule.

    Raises:
        UnheldError: If it has none, or one that is no interval.
    """
    found = Limits()
    operators = [name for name in rule if name.startswith("must") and rule[name] is not None]
    if not operators:
        raise UnheldError("it says no limit")
    for name in operators:
        found = _narrower(found, _one(name, rule[name]))
    return found


def _one(name: str, value: Any) -> Limits:
    if name == "mustBeBetween" and isinstance(value, list) and len(value) == len(("from", "to")):
        low, high = (_figure(name, limit) for limit in value)
        return Limits(low, high, above=True, below=True)
    if name not in _OPERATORS:
        raise UnheldError(f"{name} is no limit that a contract has")
    figure = _figure(name, value)
    at_least, at_most, strictly = _OPERATORS[name]
    return Limits(
        figure if at_least else None, figure if at_most else None, above=strictly, below=strictly
    )


_OPERATORS = {
    "mustBe": (True, True, False),
    "mustBeGreaterThan": (True, False, True),
    "mustBeGreaterOrEqualTo": (True, False, False),
    "mustBeLessThan": (False, True, True),
    "mustBeLessOrEqualTo": (False, True, False),
}


def _figure(name: str, value: Any) -> Fraction:
    if not is_number(value) or not math.isfinite(value):
        raise UnheldError(f"{name} is no number")
    return Fraction(str(value))


def _narrower(one: Limits, other: Limits) -> Limits:
    low, above = one.low, one.above
    if other.low is not None and (low is None or (other.low, other.above) > (low, above)):
        low, above = other.low, other.above
    high, below = one.high, one.below
    if other.high is not None and (
        high is None or (other.high, not other.below) < (high, not below)
    ):
        high, below = other.high, other.below
    return Limits(low, high, above=above, below=below)
