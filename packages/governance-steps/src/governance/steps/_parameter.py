"""What a gate's parameters may be; each function returns the value it accepts.

The gates use them twice: as pydantic validators, which ZenML runs when a pipeline is
composed, and once more in the rules themselves, for a call without ZenML.
"""

import numbers
import sys
from collections.abc import Mapping
from typing import Any

from governance.steps._failure import GateConfigurationError
from governance.steps._number import is_number, looks_like_percentage
from governance.steps._wording import shown


def fraction(name: str, value: object) -> float:
    """Accept a number from 0 to 1.

    Args:
        name: The parameter's name, for the error.
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    if is_number(value):
        if 0 <= value <= 1:  # false for NaN
            return float(value)
        if looks_like_percentage(value):
            raise GateConfigurationError(
                f"{name} must be a number from 0 to 1, found {shown(value)}. "
                f"For {float(value):g} percent write {float(value) / 100:g}."
            )
    raise GateConfigurationError(f"{name} must be a number from 0 to 1, found {shown(value)}.")


def optional_fraction(name: str, value: object) -> float | None:
    """Accept a number from 0 to 1, or None for a rule that is not checked.

    Args:
        name: The parameter's name, for the error.
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    return None if value is None else fraction(name, value)


def row_count(name: str, value: object) -> int:
    """Accept a whole number of rows, at least 1.

    Args:
        name: The parameter's name, for the error.
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    if is_number(value) and isinstance(value, numbers.Integral) and 1 <= value <= sys.maxsize:
        return int(value)
    raise GateConfigurationError(
        f"{name} must be a whole number of rows, at least 1, found {shown(value)}."
    )


def column_names(name: str, value: object) -> list[str]:
    """Accept a list of column names, or None for none.

    Args:
        name: The parameter's name, for the error.
        value: What the caller gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise GateConfigurationError(
            f'{name} must be a list of column names such as ["age"], found {shown(value)}.'
        )
    for label in value:
        if not isinstance(label, str):
            raise GateConfigurationError(
                f"{name} must hold column names as strings, found {shown(label)} among them."
            )
    return list(dict.fromkeys(value))


def metric_values(value: object, parameter: str = "metrics") -> dict[str, Any]:
    """Accept a mapping of metric names to whatever they hold.

    The values are judged by the gate, which tells all bad ones at once.

    Args:
        value: What the caller gave.
        parameter: The parameter's name, for the error.

    Raises:
        GateConfigurationError: If it is no mapping, or a name is not a string.
    """
    if not isinstance(value, Mapping):
        raise GateConfigurationError(
            f"{parameter} must be a dictionary of metric names and values such as "
            f'{{"accuracy": 0.9}}, found {shown(value)}.'
        )
    for name in value:
        if not isinstance(name, str):
            raise GateConfigurationError(
                f"{parameter} must have strings as names, found {shown(name)} among them."
            )
    return dict(value)
