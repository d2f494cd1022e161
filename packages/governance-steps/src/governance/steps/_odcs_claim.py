"""What an ODCS contract claims, and how several claims become one rule of a data contract."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.steps._check import Severity

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Claim:
    """One rule, in the terms of a data contract.

    Args:
        place: Where the ODCS contract has it.
        column: The column it is about; None for the whole.
        key: The key of a data contract that holds it.
        value: What that key holds; an interval as a pair, an age in seconds.
        severity: What happens if it is missed.
    """

    place: str
    column: str | None
    key: str
    value: Any
    severity: Severity = "error"


@dataclass(slots=True)
class Claims:
    """All that an ODCS contract claims.

    Args:
        columns: Names of its columns, in its order.
        held: What a data contract can hold.
        left: What it cannot, and why; a line each.
    """

    columns: list[str] = field(default_factory=list)
    held: list[Claim] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def leave(self, place: str, reason: str) -> None:
        """Note that something is not checked."""
        self.left.append(f"{place}: {reason}")

    def as_contract(self) -> dict[str, Any]:
        """Return the short form of a contract; what contradicts another claim is left."""
        whole: dict[str, Any] = {"columns": {name: {} for name in self.columns}}
        grouped: dict[tuple[str | None, str], list[Claim]] = {}
        for claim in self.held:
            grouped.setdefault((claim.column, claim.key), []).append(claim)
        for (column, key), claims in grouped.items():
            rules = whole if column is None else whole["columns"].setdefault(column, {})
            value, severity = self._joined(claims)
            rules[key] = _WRITTEN.get(key, _as_it_is)(value)
            if severity == "warn":
                rules.setdefault("warn", []).append(key)
        return whole

    def _joined(self, claims: list[Claim]) -> tuple[Any, Severity]:
        """Join the claims on one key to the strictest; one that stops a pipeline comes first."""
        first, *others = sorted(claims, key=lambda claim: claim.severity)
        value = first.value
        for claim in others:
            joined = _JOINED[claim.key](value, claim.value)
            if joined is None:
                self.leave(claim.place, f"it contradicts another rule on {claim.key}")
            elif claim.severity == first.severity:
                value = joined
            elif joined != value:
                self.leave(claim.place, f"a contract has one limit for {claim.key}, and one stops")
        return value, first.severity


def _as_it_is(value: Any) -> Any:
    return value


def _interval(pair: tuple[int | None, int | None]) -> Mapping[str, int]:
    return {
        name: limit for name, limit in zip(("min", "max"), pair, strict=True) if limit is not None
    }


def _age(seconds: int) -> str:
    return f"{seconds // _DAY}d" if seconds % _DAY == 0 else f"{seconds}s"


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "rows": _interval,
    "length": _interval,
    "max_age": _age,
}


def _same(one: Any, other: Any) -> Any:
    return one if one == other else None


def _least(one: Any, other: Any) -> Any:
    try:
        return min(one, other)
    except TypeError:  # a time as text beside a time, or beside a number
        return None


def _most(one: Any, other: Any) -> Any:
    try:
        return max(one, other)
    except TypeError:
        return None


def _narrower(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None]
) -> tuple[int | None, int | None] | None:
    lows, highs = (_given(pair) for pair in zip(one, other, strict=True))
    low, high = max(lows, default=None), min(highs, default=None)
    return None if low is not None and high is not None and low > high else (low, high)


def _given(limits: Iterable[int | None]) -> list[int]:
    return [limit for limit in limits if limit is not None]


def _common(one: list[Any], other: list[Any]) -> list[Any] | None:
    return [value for value in one if value in other] or None


_JOINED: dict[str, Callable[[Any, Any], Any]] = {
    "rows": _narrower,
    "length": _narrower,
    "missing": _least,
    "duplicates": _least,
    "max": _least,
    "max_age": _least,
    "min": _most,
    "allowed": _common,
    "pattern": _same,
    "unique": _same,
    "key": _same,
    "dtype": _same,
}
