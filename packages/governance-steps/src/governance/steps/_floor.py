"""Floors: the least strictness that a platform asks of every pipeline's gates."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from governance.steps._check import Check
from governance.steps._contract import DataContract
from governance.steps._data_rules import DATA_DEFAULTS, DataRules
from governance.steps._failure import GateConfigurationError
from governance.steps._model_rules import METRIC_DEFAULTS, ModelRules
from governance.steps._settings import Settings, load, origin
from governance.steps._threshold import Threshold, thresholds_of
from governance.steps._wording import column_label

LIMITS = (
    "min_rows",
    "max_missing_fraction",
    "max_column_missing_fraction",
    "max_duplicate_fraction",
)
"""The rules on data that may have a floor; a floor on names of columns only adds to others."""

_MOST_TOLD = 25  # a contract may have thousands of columns
_KEYS = {
    "min_rows": "rows.min",
    "max_missing_fraction": "missing",
    "max_duplicate_fraction": "duplicates",
}


@dataclass(frozen=True, slots=True)
class Laxer:
    """A rule that somebody chose and that asks for less than the platform.

    Args:
        rule: The parameter, or the contract's key.
        given: Its limit.
        name: The setting that is its floor.
        floor: The floor's limit.
    """

    rule: str
    given: float
    name: str
    floor: float

    def __str__(self) -> str:
        """Return both values, and where the floor comes from."""
        least = "at least" if _is_minimum(self.name) else "at most"
        return (
            f"{self.rule}: found {self.given}, the platform asks for {least} {self.floor} "
            f"({origin(self.name)})"
        )


def laxer_parameters(given: Mapping[str, float | None], settings: Settings) -> list[Laxer]:
    """Find the parameters of a gate that ask for less than the platform.

    Args:
        given: Parameters by name. A default is nobody's choice, and None no rule.
        settings: The platform's settings.
    """
    defaults = DATA_DEFAULTS | METRIC_DEFAULTS
    chosen = ((name, name, limit) for name, limit in given.items() if limit != defaults.get(name))
    return list(_laxer(chosen, settings))


def laxer_keys(contract: DataContract, settings: Settings) -> list[Laxer]:
    """Find the keys of a contract that ask for less than the platform.

    Args:
        contract: A data contract.
        settings: The platform's settings.
    """
    chosen = (
        (_key(check), check.kind, check.limit)
        for check in contract.checks()
        if check.kind in LIMITS
    )
    return list(_laxer(chosen, settings))


def laxer_rules(rules: DataRules, contract: DataContract | None, settings: Settings) -> list[Laxer]:
    """Find all that a call of the data gate asks for and that is less than the platform's.

    Args:
        rules: The gate's parameters.
        contract: The data's contract, if there is one.
        settings: The platform's settings.
    """
    found = laxer_parameters({name: getattr(rules, name) for name in LIMITS}, settings)
    return found if contract is None else found + laxer_keys(contract, settings)


def refused(found: Sequence[Laxer], settings: Settings) -> tuple[str, ...]:
    """Refuse what is laxer than the platform, if that is the platform's will.

    Args:
        found: All that is laxer.
        settings: The platform's settings.

    Returns:
        A line for each of them, where they are only to be told.

    Raises:
        GateConfigurationError: If there are any and the platform does not clamp them.
    """
    lines = tuple(map(str, found))
    if lines and settings.laxer == "error":
        rules = f"{len(lines)} rule{'s are' if len(lines) > 1 else ' is'}"
        told = [f"{rules} laxer than the platform allows:"]
        told += [f"  {line}" for line in lines[:_MOST_TOLD]]
        if len(lines) > _MOST_TOLD:
            told.append(f"  ... and {len(lines) - _MOST_TOLD} more")
        remedy = "Make them at least as strict, or ask the platform team for another floor."
        raise GateConfigurationError("\n".join([*told, remedy]))
    return lines


def floored_checks(checks: Sequence[Check], settings: Settings) -> list[Check]:
    """Return a plan that asks for no less than the platform.

    Args:
        checks: The plan of a call of the data gate.
        settings: The platform's settings.
    """
    plan = [_floored(check, settings) for check in checks]
    asked = {(check.kind, check.columns) for check in plan if check.severity == "error"}
    plan += [
        Check(name, parameters={"limit": getattr(settings, name)})
        for name in LIMITS
        if getattr(settings, name) is not None and (name, ()) not in asked
    ]
    names = [("required_columns", (name,)) for name in settings.required_columns]
    return plan + [Check(kind, columns) for kind, columns in names if (kind, columns) not in asked]


def laxer_thresholds(rules: ModelRules, settings: Settings) -> list[Laxer]:
    """Find all that a call of the model gate asks for and that is less than the platform's.

    Args:
        rules: The gate's parameters. None for a minimum is nobody's rule.
        settings: The platform's settings.
    """
    found = laxer_parameters({name: getattr(rules, name) for name in METRIC_DEFAULTS}, settings)
    chosen = (
        (threshold.label, f"min_{threshold.metric}", threshold.limit)
        for threshold in thresholds_of(rules.thresholds)
        if f"min_{threshold.metric}" in METRIC_DEFAULTS
    )
    return found + list(_laxer(chosen, settings))


def thresholds_above_floors(
    rules: ModelRules, metrics: Collection[str]
) -> tuple[list[Threshold], tuple[str, ...]]:
    """Return all thresholds of one call of the model gate, none laxer than the platform allows.

    Args:
        rules: The gate's parameters.
        metrics: Names of the metrics that there are. A floor asks nothing of a metric that the
            pipeline does not judge and the model does not have, as accuracy of a regression.

    Returns:
        The thresholds, and a line for each that the platform's floor replaces.

    Raises:
        GateConfigurationError: If the platform's settings cannot be used, or refuse a
            threshold.
    """
    settings = load()
    clamped = refused(laxer_thresholds(rules, settings), settings)
    floors = {
        name.removeprefix("min_"): floor
        for name in METRIC_DEFAULTS
        if (floor := getattr(settings, name)) is not None
    }
    plan = [
        replace(threshold, limit=max(threshold.limit, floors.get(threshold.metric, -math.inf)))
        for threshold in rules.planned()
    ]
    judged = {threshold.metric for threshold in plan}
    return [
        Threshold(f"min_{metric}", metric, "min", floor)
        for metric, floor in floors.items()
        if metric in metrics and metric not in judged
    ] + plan, clamped


def _floored(check: Check, settings: Settings) -> Check:
    floor = getattr(settings, check.kind) if check.kind in LIMITS else None
    if floor is None or not _is_laxer(check.kind, check.limit, floor):
        return check
    return Check(check.kind, check.columns, {"limit": floor}, check.severity)


def _laxer(chosen: Iterator[tuple[str, str, float | None]], settings: Settings) -> Iterator[Laxer]:
    for rule, name, limit in chosen:
        floor = getattr(settings, name)
        if limit is not None and floor is not None and _is_laxer(name, limit, floor):
            yield Laxer(rule, limit, name, floor)


def _is_laxer(name: str, limit: float, floor: float) -> bool:
    return limit < floor if _is_minimum(name) else limit > floor


def _is_minimum(name: str) -> bool:
    return name.startswith("min_")


def _key(check: Check) -> str:
    key = _KEYS.get(check.kind) or f"columns.{column_label(check.columns[0])}.missing"
    return f"{key} of the contract"
