"""The parameters of the model gate, checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from governance.steps._failure import GateConfigurationError
from governance.steps._number import is_finite, is_number
from governance.steps._parameter import metric_values, optional_fraction, row_count
from governance.steps._threshold import Threshold, thresholds_given, thresholds_of
from governance.steps._wording import column_label, shown

DEFAULT_MINIMUM = 0.7
METRIC_DEFAULTS: dict[str, float] = dict.fromkeys(
    ("min_accuracy", "min_precision", "min_recall"), DEFAULT_MINIMUM
)
"""The model gate's minimums where nobody chose others."""

STAGES = ("production", "staging")
"""The stages of a model in which one version stands at a time."""


def confidence_given(value: object) -> float | None:
    """Accept how sure a bound has to be, or None for points without bounds.

    Args:
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is no number over 0.5 and below 1.
    """
    if value is None or (is_number(value) and 0.5 < value < 1):  # noqa: PLR2004 (a coin's odds)
        return None if value is None else float(value)
    raise GateConfigurationError(
        f"confidence must be a number over 0.5 and below 1 such as 0.95, found {shown(value)}."
    )


def sample_size_given(value: object) -> int | None:
    """Accept on how many rows the metrics were measured, or None where that is not said.

    Args:
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is no whole number, at least 1.
    """
    return None if value is None else row_count("sample_size", value)


def champion_given(value: object) -> dict[str, Any] | str | None:
    """Accept the model to compare with: its metrics, or the stage it is in; None for none.

    Args:
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    if value is None or (isinstance(value, str) and value in STAGES):
        return value
    if isinstance(value, Mapping):
        return metric_values(value, "champion")
    raise GateConfigurationError(
        "champion must be a dictionary of metrics, or one of the stages "
        f"{' and '.join(map(repr, STAGES))}, found {shown(value)}."
    )


def regression_given(value: object) -> float | dict[str, float]:
    """Accept by how much a metric may be worse than the champion's.

    Args:
        value: What the caller gave: one number, or one for each metric.

    Raises:
        GateConfigurationError: If it is no finite number of at least 0, or a dictionary of such.
    """
    if isinstance(value, Mapping):
        wrong = [
            f"{column_label(str(name))}: found {shown(limit)}"
            for name, limit in value.items()
            if not isinstance(name, str) or not _is_amount(limit)
        ]
        if not wrong:
            return {name: float(limit) for name, limit in value.items()}
        found = "; ".join(wrong)
    elif _is_amount(value):
        return float(value)  # type: ignore[arg-type]
    else:
        found = f"found {shown(value)}"
    raise GateConfigurationError(
        "max_regression must be a number, at least 0, in the metric's own unit, or a dictionary "
        f"of such by metric: {found}."
    )


def _is_amount(value: object) -> bool:
    return is_finite(value) and value >= 0


@dataclass(frozen=True, slots=True)
class ModelRules:
    """The parameters of the model gate, checked.

    Args:
        min_accuracy: Least accuracy that passes, 0 to 1; None to not judge it.
        min_precision: Least precision that passes, likewise.
        min_recall: Least recall that passes, likewise.
        thresholds: Bounds of any metrics, by name.
        confidence: How sure a metric's bound has to be; None to judge the metric alone.
        sample_size: On how many rows the metrics were measured.
        max_regression: By how much a metric may be worse than the champion's.

    Raises:
        GateConfigurationError: If one of them cannot be such a rule, or nothing is judged.
    """

    min_accuracy: float | None = DEFAULT_MINIMUM
    min_precision: float | None = DEFAULT_MINIMUM
    min_recall: float | None = DEFAULT_MINIMUM
    thresholds: Mapping[str, Mapping[str, float]] | None = None
    confidence: float | None = None
    sample_size: int | None = None
    max_regression: float | Mapping[str, float] = 0.0

    def __post_init__(self) -> None:
        for name in METRIC_DEFAULTS:
            object.__setattr__(self, name, optional_fraction(name, getattr(self, name)))
        for name, accept in (
            ("thresholds", thresholds_given),
            ("confidence", confidence_given),
            ("sample_size", sample_size_given),
            ("max_regression", regression_given),
        ):
            object.__setattr__(self, name, accept(getattr(self, name)))
        if not self.planned():
            raise GateConfigurationError(
                "Nothing is judged: min_accuracy, min_precision and min_recall are None. "
                'Give thresholds such as {"rmse": {"max": 3.2}}.'
            )

    def planned(self) -> list[Threshold]:
        """Return all bounds of one call of the gate.

        Nobody chose a default: where `thresholds` has the metric, that counts alone. A minimum
        that was chosen counts as well.
        """
        given = list(thresholds_of(self.thresholds))
        replaced = {threshold.metric for threshold in given}
        return [
            threshold
            for threshold in self._minimums()
            if threshold.metric not in replaced or threshold.limit != DEFAULT_MINIMUM
        ] + given

    def regression_of(self, metric: str) -> float:
        """Return by how much a metric may be worse than the champion's."""
        if isinstance(self.max_regression, Mapping):
            return self.max_regression.get(metric, 0.0)
        return self.max_regression

    def _minimums(self) -> Iterator[Threshold]:
        for rule in METRIC_DEFAULTS:
            limit = getattr(self, rule)
            if limit is not None:
                yield Threshold(rule, rule.removeprefix("min_"), "min", limit)
