"""One pass over one column: its missing cells, and the cells that miss a rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._check import Check
from governance.steps._column import (
    BLOCK,
    NUMBERS,
    Block,
    Column,
    Layout,
    arrow_of,
    category_codes,
    layout_of,
    missing_cells,
    missing_in,
    number_blocks,
)
from governance.steps._fact import EXAMPLES, Measure, Unfit
from governance.steps._number_rule import NumberRule, number_rule
from governance.steps._object_rule import object_rule, text_rule

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(slots=True)
class _Tally:
    """The cells that one check has found to miss its rule so far."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, start: int, bad: Mask) -> None:
        found = int(np.count_nonzero(bad))
        self.count += found
        if found and len(self.rows) < EXAMPLES:
            first = np.flatnonzero(bad)[: EXAMPLES - len(self.rows)]
            self.rows += (first + start).tolist()

    def measure(self) -> Measure:
        return Measure(self.count, tuple(self.rows))


def scan_column(column: Column, checks: Sequence[Check]) -> tuple[int, list[Measure]]:
    """Read a column once.

    Args:
        column: Any column.
        checks: Checks on its cells; missing cells pass all of them.

    Returns:
        How many cells are missing, and what each check found.
    """
    if checks and layout_of(column) in NUMBERS:
        return _scan_numbers(column, checks)
    return missing_cells(column), [_measured(column, check) for check in checks]


def _measured(column: Column, check: Check) -> Measure:
    tally = _Tally()
    try:
        for start, bad in bad_cells(column, check):
            tally.add(start, bad)
    except Unfit as unfit:
        return Measure(problem=str(unfit))
    return tally.measure()


def _scan_numbers(column: Column, checks: Sequence[Check]) -> tuple[int, list[Measure]]:
    """Have all checks look at a block while it is in the cache.

    Most blocks need no look: their extremes show that no cell can miss the rule.
    """
    rules = [_fitting(column, check) for check in checks]
    tallies = [_Tally() for _ in checks]
    ready = [
        (rule, tally)
        for rule, tally in zip(rules, tallies, strict=True)
        if isinstance(rule, NumberRule)
    ]
    missing = 0
    for block in number_blocks(column):
        missing += missing_in(block)
        low, high = _extremes(block)
        for rule, tally in ready:
            # False for a block of NaN alone, too.
            if low < rule.least or high > rule.most:
                tally.add(block.start, rule.bad(block))
    return missing, [
        tally.measure() if isinstance(rule, NumberRule) else rule
        for rule, tally in zip(rules, tallies, strict=True)
    ]


def _fitting(column: Column, check: Check) -> NumberRule | Measure:
    try:
        return number_rule(check, column)
    except Unfit as unfit:
        return Measure(problem=str(unfit))


def _extremes(block: Block) -> tuple[Any, Any]:
    cells = block.cells
    if cells.dtype.kind == "f":
        return float(np.fmin.reduce(cells)), float(np.fmax.reduce(cells))
    return int(cells.min()), int(cells.max())


def bad_cells(column: Column, check: Check) -> Iterator[tuple[int, Mask]]:
    """Tell which cells of a column miss a rule.

    Args:
        column: Any column.
        check: A check on cells.

    Yields:
        Piece by piece, the row of the first cell and which of the piece's cells miss it.

    Raises:
        Unfit: If the check does not fit the column.
    """
    yield from _BAD_CELLS[layout_of(column)](column, check)


def _bad_numbers(column: Column, check: Check) -> Iterator[tuple[int, Mask]]:
    rule = number_rule(check, column)
    for block in number_blocks(column):
        yield block.start, rule.bad(block)


def _bad_texts(column: Column, check: Check) -> Iterator[tuple[int, Mask]]:
    if check.kind == "order":  # Arrow does not compare a value with the one before
        yield from _bad_objects(column, check)
        return
    rule = text_rule(check)
    start = 0
    for chunk in arrow_of(column).chunks:
        for begin in range(0, len(chunk), BLOCK):
            part = chunk.slice(begin, BLOCK)
            yield start, rule(part)
            start += len(part)


def _bad_codes(column: Column, check: Check) -> Iterator[tuple[int, Mask]]:
    if check.kind == "order":
        raise Unfit("category, which has no order")
    codes = category_codes(column)
    categories: Column = pd.Series(column.dtype.categories)  # type: ignore[union-attr]
    # Each category is judged once; the last place is that of the code -1.
    lookup = np.zeros(len(categories) + 1, np.bool_)
    for start, bad in bad_cells(categories, check):
        lookup[start : start + len(bad)] = bad
    for start in range(0, len(codes), BLOCK):
        yield start, lookup[codes[start : start + BLOCK]]


def _bad_objects(column: Column, check: Check) -> Iterator[tuple[int, Mask]]:
    rule = object_rule(check)
    for start in range(0, len(column), BLOCK):
        part = column.iloc[start : start + BLOCK]
        present = part.notna().to_numpy(dtype=np.bool_)
        bad = np.zeros(len(part), np.bool_)
        bad[present] = rule(part.to_numpy(dtype=object)[present])
        yield start, bad


_BAD_CELLS: dict[Layout, Callable[[Column, Check], Iterator[tuple[int, Mask]]]] = {
    Layout.PLAIN: _bad_numbers,
    Layout.MASKED: _bad_numbers,
    Layout.ARROW: _bad_numbers,
    Layout.TEXT: _bad_texts,
    Layout.CODES: _bad_codes,
    Layout.OTHER: _bad_objects,
}
