"""The checks on numbers and times, block by block."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from governance.steps._bound import as_float, stored_bounds, stored_value
from governance.steps._check import Check
from governance.steps._column import Block, Column
from governance.steps._fact import Unfit
from governance.steps._family import family_of

Mask = NDArray[np.bool_]

_LARGEST = float(np.finfo(np.float64).max)
_EVERYTHING = (math.inf, -math.inf)
_BY_COMPARISON = 12  # up to so many values, comparing with each is quicker than sorting them


class NumberRule(NamedTuple):
    """A check, ready for the blocks of one column.

    Attributes:
        least: No block whose values are all from `least` ...
        most: ... to `most` has a cell that misses the rule.
        bad: Tells which cells of a block miss it; missing cells do not.
    """

    least: Any
    most: Any
    bad: Callable[[Block], Mask]


def number_rule(check: Check, column: Column) -> NumberRule:
    """Prepare a check for a column of numbers or times.

    Args:
        check: A check on cells.
        column: A column that can be read as blocks.

    Raises:
        Unfit: If the check does not fit such a column.
    """
    make = _RULES.get(check.kind)
    if make is None:
        raise Unfit(f"{family_of(column)}, not text")
    return make(check, column)


def _range(check: Check, column: Column) -> NumberRule:
    least, most = stored_bounds(column, check.parameters["min"], check.parameters["max"])

    def bad(block: Block) -> Mask:
        cells = _wide(block)
        return _present((cells < least) | (cells > most), block)

    return NumberRule(least, most, bad)


def _wide(block: Block) -> NDArray[Any]:
    # A limit that a narrow float cannot hold must not be rounded to it.
    return (
        block.cells.astype(np.float64, copy=False) if block.cells.dtype.kind == "f" else block.cells
    )


def _finite(check: Check, column: Column) -> NumberRule:
    del check, column
    return NumberRule(
        -_LARGEST, _LARGEST, lambda block: np.isinf(block.cells) & (block.cells.dtype.kind == "f")
    )


def stored_values(check: Check, column: Column) -> list[Any]:
    """Return the allowed values that a column can hold, as it stores them.

    Args:
        check: A check of allowed values.
        column: A column of numbers or times.
    """
    family = family_of(column)
    values = []
    for value in check.parameters["values"]:
        if family == "bool":
            fits = isinstance(value, (bool, np.bool_))
            values += [value] if fits else []
            continue
        try:
            stored = stored_value(column, family, value)
        except Unfit:
            continue  # no cell of this column can be this value
        if family == "float":
            stored = as_float(stored)
            values += [stored] if math.isfinite(stored) else []
            continue
        values += [stored] if stored == int(stored) else []
    return values


def _allowed(check: Check, column: Column) -> NumberRule:
    values = stored_values(check, column)

    def bad(block: Block) -> Mask:
        cells = _wide(block)
        if len(values) > _BY_COMPARISON:
            allowed = np.isin(cells, np.array(values))
        else:
            allowed = np.zeros(cells.size, np.bool_)
            for value in values:
                allowed |= cells == value
        return _present(~allowed, block)

    return NumberRule(*_EVERYTHING, bad)


def _order(check: Check, column: Column) -> NumberRule:
    del column
    falling = check.parameters["order"] == "decreasing"
    previous: list[Any] = []

    def bad(block: Block) -> Mask:
        cells = block.cells
        rows = np.flatnonzero(_present(cells == cells, block))  # noqa: PLR0124 (not NaN)
        mask = np.zeros(cells.size, np.bool_)
        if not rows.size:
            return mask
        told = np.concatenate([np.array(previous or cells[rows[:1]], cells.dtype), cells[rows]])
        previous[:] = [told[-1]]
        mask[rows] = told[1:] > told[:-1] if falling else told[1:] < told[:-1]
        return mask

    return NumberRule(*_EVERYTHING, bad)


_RULES: dict[str, Callable[[Check, Column], NumberRule]] = {
    "range": _range,
    "finite": _finite,
    "allowed": _allowed,
    "order": _order,
}


def _present(mask: Mask, block: Block) -> Mask:
    """Leave missing cells out of a mask."""
    if block.missing is not None:
        mask &= ~block.missing
    elif block.cells.dtype.kind == "f":
        mask &= ~np.isnan(block.cells)
    return mask
