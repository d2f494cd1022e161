"""The quality rules of an ODCS contract: what of them a data contract can hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.steps._check import Severity
from governance.steps._odcs_claim import Claim, Claims
from governance.steps._odcs_limit import Limits, UnheldError, limits_of
from governance.steps._odcs_pattern import found_anywhere

_WARNINGS = ("info", "warn", "warning")
# What version 3.0 called a metric.
_OLD_NAMES = {
    "duplicateCount": "duplicateValues",
    "nullCheck": "nullValues",
    "nullCount": "nullValues",
    "validValues": "invalidValues",
}
_IMPLIED = ("nullCheck", "validValues")  # which version 3.0 has without a limit
_NONE = Limits(None, limits_of({"mustBe": 0}).high)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a quality rule is about.

    Args:
        place: Where it is in the ODCS contract.
        column: The column; None for the whole.
        names: The columns of the contract's properties, by the properties' names.
    """

    place: str
    column: str | None
    names: Mapping[str, str]


def claim_quality(rules: Any, subject: Subject, claims: Claims) -> None:
    """Add quality rules to what a contract claims.

    Args:
        rules: A list of quality rules, as read.
        subject: What they are about.
        claims: What they are added to.
    """
    for number, rule in enumerate(rules if isinstance(rules, list) else [rules]):
        place = f"{subject.place}.quality[{number}]"
        if not isinstance(rule, Mapping):
            claims.leave(place, "it is no quality rule")
            continue
        try:
            _claim(rule, Subject(place, subject.column, subject.names), claims)
        except UnheldError as unheld:
            claims.leave(place, str(unheld))


def _claim(rule: Mapping[str, Any], subject: Subject, claims: Claims) -> None:
    kind = rule.get("type") or _kind(rule)
    if kind != "library":
        raise UnheldError(f"a rule of type {kind} needs another tool")
    metric = str(rule.get("metric") or rule.get("rule"))
    translate = _METRICS.get(_OLD_NAMES.get(metric, metric))
    if translate is None:
        raise UnheldError(f"there is no metric {metric!r} in a contract")
    told = str(rule.get("severity", "error")).lower()
    severity: Severity = "warn" if told in _WARNINGS else "error"
    translate(rule, subject, severity, claims)


def _kind(rule: Mapping[str, Any]) -> str:
    kinds = {"metric": "library", "rule": "library", "query": "sql", "engine": "custom"}
    return next((kind for key, kind in kinds.items() if key in rule), "text")


def _row_count(
    rule: Mapping[str, Any], subject: Subject, severity: Severity, claims: Claims
) -> None:
    if rule.get("mustNotBe") == 0 and not isinstance(rule["mustNotBe"], bool):
        rule = {**rule, "mustNotBe": None, "mustBeGreaterThan": 0}
    least, most = limits_of(rule).whole()
    if subject.column is not None:
        raise UnheldError("a column has no number of rows of its own")
    if most is not None and most < (least or 0):
        raise UnheldError("no number of rows meets it")
    claims.held.append(Claim(subject.place, None, "rows", (least, most), severity))


def _null_values(
    rule: Mapping[str, Any], subject: Subject, severity: Severity, claims: Claims
) -> None:
    if subject.column is None:
        raise UnheldError("it names no column")
    share = _share(rule, subject, claims)
    claims.held.append(Claim(subject.place, subject.column, "missing", share, severity))


def _missing_values(
    rule: Mapping[str, Any], subject: Subject, severity: Severity, claims: Claims
) -> None:
    values = _argument(rule, "missingValues")
    if values not in (None, [], [None]):
        raise UnheldError("in a contract, only cells without a value are missing")
    _null_values(rule, subject, severity, claims)


def _invalid_values(
    rule: Mapping[str, Any], subject: Subject, severity: Severity, claims: Claims
) -> None:
    if subject.column is None:
        raise UnheldError("it names no column")
    if _share(rule, subject, claims) != 0:
        raise UnheldError("a contract allows no share of invalid values")
    values, pattern = _argument(rule, "validValues"), _argument(rule, "pattern")
    if values is None and pattern is None:
        raise UnheldError("it says neither validValues nor a pattern")
    if values is not None:
        kept = allowed_values(values)
        claims.held.append(Claim(subject.place, subject.column, "allowed", kept, severity))
    if pattern is not None:
        whole = found_anywhere(pattern)
        claims.held.append(Claim(subject.place, subject.column, "pattern", whole, severity))


def _duplicate_values(
    rule: Mapping[str, Any], subject: Subject, severity: Severity, claims: Claims
) -> None:
    share = _share(rule, subject, claims)
    names = _argument(rule, "properties") if subject.column is None else [subject.column]
    if names is None:
        claims.held.append(Claim(subject.place, None, "duplicates", share, severity))
        return
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnheldError("its properties are no list of names")
    if share != 0:
        raise UnheldError("a contract allows no share of repeated keys")
    columns = [subject.names.get(name, name) for name in names]
    claim_key(columns, subject.place, severity, claims)


def claim_key(columns: list[str], place: str, severity: Severity, claims: Claims) -> None:
    """Claim that columns together are different in every row.

    Args:
        columns: Names of columns.
        place: Where the ODCS contract says so.
        severity: What happens if they are not.
        claims: What it is added to.
    """
    if len(columns) == 1:
        claims.held.append(Claim(place, columns[0], "unique", True, severity))  # noqa: FBT003 (the key's value)
    else:
        claims.held.append(Claim(place, None, "key", columns, severity))


def allowed_values(values: Any) -> list[Any]:
    """Accept the values that a column may have.

    Args:
        values: What the ODCS contract lists; a value of None allows missing cells, of which
            `allowed` says nothing anyway.

    Raises:
        UnheldError: If they are no list of plain values.
    """
    kept = [value for value in values if value is not None] if isinstance(values, list) else []
    if not kept or any(isinstance(value, (list, dict)) for value in kept):
        raise UnheldError("its values are no list of plain values")
    return kept


def _argument(rule: Mapping[str, Any], name: str) -> Any:
    arguments = rule.get("arguments")
    given = arguments.get(name) if isinstance(arguments, Mapping) else None
    return rule.get(name) if given is None else given


def _share(rule: Mapping[str, Any], subject: Subject, claims: Claims) -> float:
    """Return the largest share that a rule allows of cells or rows."""
    implied = rule.get("rule") in _IMPLIED and not any(name.startswith("must") for name in rule)
    limits = _NONE if implied else limits_of(rule)
    unit = str(rule.get("unit") or "rows").lower()
    if unit not in {"rows", "percent"}:
        raise UnheldError(f"a contract has no unit {unit!r}")
    _, most = limits.whole()
    share = limits.share() if unit == "percent" else most
    if share is None:
        raise UnheldError("it says no upper limit")
    if unit == "rows" and share > 0:
        raise UnheldError("a contract has a share of rows, and no number of them, as a limit")
    if share < 0:
        raise UnheldError("no figure is less than 0")
    if limits.has_low:
        claims.leave(subject.place, "it has a lower limit, which a contract has not")
    return min(share, 1.0)


_METRICS: dict[str, Callable[[Mapping[str, Any], Subject, Severity, Claims], None]] = {
    "rowCount": _row_count,
    "nullValues": _null_values,
    "missingValues": _missing_values,
    "invalidValues": _invalid_values,
    "duplicateValues": _duplicate_values,
}
