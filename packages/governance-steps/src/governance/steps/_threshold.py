"""What a metric has to reach: the thresholds of the model gate, checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from governance.steps._failure import GateConfigurationError
from governance.steps._metric import Metric, Side, metric_of, plain_name
from governance.steps._number import is_finite, number_text
from governance.steps._wording import column_label, shown

_SIDES: tuple[Side, Side] = ("min", "max")
_WORDS = {"min": "at least", "max": "at most"}
_BETTER = {"min": "higher", "max": "lower"}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One bound of one metric.

    Args:
        rule: The gate's parameter that sets it; the name under which it is reported.
        metric: The metric's name.
        side: Whether it is the least or the greatest value that passes.
        limit: That value.
    """

    rule: str
    metric: str
    side: Side
    limit: float

    @property
    def words(self) -> str:
        """What it asks for."""
        return f"{_WORDS[self.side]} {number_text(self.limit)}"

    @property
    def label(self) -> str:
        """Where the parameter `thresholds` has it."""
        return f"thresholds[{column_label(self.metric)!r}].{self.side}"

    def allows(self, value: float) -> bool:
        """Tell whether a number passes; NaN does not."""
        return value >= self.limit if self.side == "min" else value <= self.limit


def thresholds_given(value: object) -> dict[str, dict[str, float]] | None:
    """Accept the parameter `thresholds`: metric names, each with its bounds.

    Args:
        value: What the caller gave.

    Returns:
        The same, of plain floats; None for none.

    Raises:
        GateConfigurationError: If it is anything else; it lists all that is wrong.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise GateConfigurationError(
            'thresholds must be a dictionary such as {"roc_auc": {"min": 0.9}}, '
            f"found {shown(value)}."
        )
    problems = [
        f"  {key}: {problem}" for name, rule in value.items() for key, problem in _wrong(name, rule)
    ]
    if problems:
        count = len(problems)
        raise GateConfigurationError(
            "\n".join([f"thresholds: {count} {'are' if count > 1 else 'is'} wrong.", *problems])
        )
    return {
        name: {side: float(limit) for side, limit in rule.items()} for name, rule in value.items()
    }


def thresholds_of(given: Mapping[str, Mapping[str, float]] | None) -> Iterator[Threshold]:
    """Return the bounds of the parameter `thresholds`, one by one.

    Args:
        given: What `thresholds_given` accepted.
    """
    for name, rule in (given or {}).items():
        for side in _SIDES:
            if side in rule:
                yield Threshold("thresholds", name, side, rule[side])


def sides_of(plan: Iterable[Threshold]) -> dict[str, Side | None]:
    """Return which way is better for each metric of a plan; None where that is not known.

    Args:
        plan: Thresholds. Of a metric that is not known, one bound says which way is better; with
            both, the best lies somewhere between.
    """
    sides: dict[str, Side | None] = {}
    for threshold in plan:
        name, metric = threshold.metric, metric_of(threshold.metric)
        if metric:
            sides[name] = metric.side
        else:
            sides[name] = threshold.side if name not in sides else None
    return sides


def _wrong(name: object, rule: Any) -> Iterator[tuple[str, str]]:
    """Tell what is wrong with one metric's bounds, key by key."""
    if not isinstance(name, str) or not name:
        yield shown(name), "the name of a metric has to be text"
        return
    key = column_label(name)
    metric = metric_of(name)
    meant = plain_name(name)
    if metric is None and metric_of(meant):
        yield key, f"there is no such metric; did you mean {meant!r}?"
        return
    side = metric.side if metric else "min"
    if not isinstance(rule, Mapping) or not rule:
        yield key, f'expected a bound such as {{"{side}": number}}, found {shown(rule)}'
        return
    for part, limit in rule.items():
        if part not in _SIDES:
            yield f"{key}[{shown(part)}]", "no such bound; there are min and max"
        elif metric and part != side:
            yield (
                f"{key}.{part}",
                f"of {name}, {_BETTER[side]} is better: give {side}, not {part}",
            )
        elif problem := _wrong_limit(limit, metric):
            yield f"{key}.{part}", f"expected {problem}, found {shown(limit)}"
    if set(rule) == set(_SIDES) and not metric and _crossed(rule):
        yield key, "min is greater than max"


def _wrong_limit(limit: Any, metric: Metric | None) -> str:
    if not is_finite(limit):
        return "a finite number"
    if metric and not metric.least <= limit <= metric.most:
        return f"a number {metric.range}"
    return ""


def _crossed(rule: Mapping[Any, Any]) -> bool:
    low, high = rule["min"], rule["max"]
    return is_finite(low) and is_finite(high) and low > high
