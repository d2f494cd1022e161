"""The parameters of the steps that measure a model, checked."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator

from governance.steps._failure import GateConfigurationError
from governance.steps._model_rules import confidence_given
from governance.steps._number import is_finite
from governance.steps._parameter import column_names, row_count
from governance.steps._wording import shown

AVERAGES = ("macro", "weighted", "micro")
"""Ways to make one figure of those of several classes."""


def average_given(value: object) -> str:
    """Accept how one figure is made of those of several classes.

    Args:
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is no such way.
    """
    if isinstance(value, str) and value in AVERAGES:
        return value
    raise GateConfigurationError(
        f"average must be one of {', '.join(AVERAGES)}, found {shown(value)}."
    )


def positive_given(value: object) -> str | float | None:
    """Accept a label of the positive class, or None where that is clear.

    Args:
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is no text, number or bool.
    """
    if value is None or isinstance(value, str | bool) or is_finite(value):
        return value
    raise GateConfigurationError(
        f"positive must be a label such as 1 or 'yes', found {shown(value)}."
    )


# What the steps take; ZenML runs these validators when a pipeline is composed.
Features: TypeAlias = Annotated[
    list[str] | None, BeforeValidator(partial(column_names, "features"))
]
Slices: TypeAlias = Annotated[list[str] | None, BeforeValidator(partial(column_names, "slices"))]
Confidence: TypeAlias = Annotated[float | None, BeforeValidator(confidence_given)]
BatchRows: TypeAlias = Annotated[int, BeforeValidator(partial(row_count, "batch_rows"))]
MinSlice: TypeAlias = Annotated[int, BeforeValidator(partial(row_count, "min_slice"))]
# As `str | float`, pydantic would turn True into a number.
Positive: TypeAlias = Annotated[Any, BeforeValidator(positive_given)]
Average: TypeAlias = Annotated[str, BeforeValidator(average_given)]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The parameters of a step that measures a model, checked.

    Args:
        target: Name of the column that the model predicts.
        features: Names of the columns that it predicts from; None for those it asks for.
        confidence: How sure each end of an interval is; None for no intervals.
        slices: Names of columns by whose groups metrics are given too.
        min_slice: Fewest rows of which a group is measured.
        batch_rows: How many rows the model is given at a time.
        positive: Which of two classes is the positive one; None where that is clear.
        average: How one figure is made of those of several classes.

    Raises:
        GateConfigurationError: If one of them cannot be such a parameter.
    """

    target: str
    features: list[str] | None
    confidence: float | None
    slices: list[str] | None
    min_slice: int
    batch_rows: int
    positive: Any = None
    average: str = AVERAGES[0]

    def __post_init__(self) -> None:
        for name in ("features", "slices"):
            object.__setattr__(self, name, column_names(name, getattr(self, name)))
        for name in ("min_slice", "batch_rows"):
            row_count(name, getattr(self, name))
        confidence_given(self.confidence)
        average_given(self.average)
        positive_given(self.positive)
