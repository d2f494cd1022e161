"""The checks on text and on Python objects."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.steps._check import Check
from governance.steps._fact import Unfit
from governance.steps._pattern import whole

Mask = NDArray[np.bool_]
TextRule = Callable[[pa.Array], Mask]
ObjectRule = Callable[[NDArray[np.object_]], Mask]


def text_rule(check: Check) -> TextRule:
    """Prepare a check for pieces of an Arrow string column.

    Args:
        check: A check on cells.

    Returns:
        A function that tells which cells of a piece miss the rule; missing cells do not.

    Raises:
        Unfit: If the check does not fit text.
    """
    make = _TEXT_RULES.get(check.kind)
    if make is None:
        raise Unfit(f"text, which has no {check.kind}")
    good = make(check)

    def rule(texts: pa.Array) -> Mask:
        bad: Mask = (
            pc.invert(good(texts)).fill_null(fill_value=False).to_numpy(zero_copy_only=False)
        )
        return bad

    return rule


def _good_pattern(check: Check) -> Callable[[pa.Array], pa.Array]:
    pattern = whole(check.parameters["pattern"])
    return lambda texts: pc.match_substring_regex(texts, pattern)


def _good_values(check: Check) -> Callable[[pa.Array], pa.Array]:
    values = [value for value in check.parameters["values"] if isinstance(value, str)]

    def good(texts: pa.Array) -> pa.Array:
        found = pc.is_in(texts, value_set=pa.array(values, texts.type))
        return pc.or_(found, texts.is_null())

    return good


def _good_length(check: Check) -> Callable[[pa.Array], pa.Array]:
    least, most = check.parameters["min"] or 0, check.parameters["max"]

    def good(texts: pa.Array) -> pa.Array:
        lengths = pc.utf8_length(texts)
        enough = pc.greater_equal(lengths, least)
        return enough if most is None else pc.and_(enough, pc.less_equal(lengths, most))

    return good


_TEXT_RULES: dict[str, Callable[[Check], Callable[[pa.Array], pa.Array]]] = {
    "pattern": _good_pattern,
    "allowed": _good_values,
    "length": _good_length,
}


def object_rule(check: Check) -> ObjectRule:
    """Prepare a check for pieces of a column of Python objects, none of them missing.

    Args:
        check: A check on cells.

    Returns:
        A function that tells which objects miss the rule.

    Raises:
        Unfit: When objects are met that the check does not fit.
    """
    return _OBJECT_RULES[check.kind](check)


def _each(bad: Callable[[Any], bool]) -> ObjectRule:
    def rule(cells: NDArray[np.object_]) -> Mask:
        try:
            return np.fromiter((bool(bad(cell)) for cell in cells), np.bool_, len(cells))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise Unfit("object, with cells that have no order beside the rule's values") from error

    return rule


def _range(check: Check) -> ObjectRule:
    least, most = check.parameters["min"], check.parameters["max"]
    return _each(
        lambda cell: (least is not None and cell < least) or (most is not None and cell > most)
    )


def _allowed(check: Check) -> ObjectRule:
    values = frozenset(check.parameters["values"])
    return _each(lambda cell: not isinstance(cell, Hashable) or cell not in values)


def _finite(check: Check) -> ObjectRule:
    del check
    infinities = (float("inf"), float("-inf"))
    return _each(lambda cell: cell in infinities)


def _length(check: Check) -> ObjectRule:
    least, most = check.parameters["min"] or 0, check.parameters["max"]
    return _each(
        lambda cell: (
            not isinstance(cell, str)
            or len(cell) < least
            or (most is not None and len(cell) > most)
        )
    )


def _pattern(check: Check) -> ObjectRule:
    text = text_rule(check)

    def rule(cells: NDArray[np.object_]) -> Mask:
        encoded = [_encodable(cell) for cell in cells]
        bad = np.array([cell is None for cell in encoded], np.bool_)
        return bad | text(pa.array(encoded, pa.large_string()))

    return rule


def _encodable(cell: object) -> str | None:
    """Return a string that Arrow can hold, or None: what is no text matches no pattern."""
    if not isinstance(cell, str):
        return None
    return cell if cell.isascii() or cell.encode("utf-8", "replace").decode() == cell else None


def _order(check: Check) -> ObjectRule:
    falling = check.parameters["order"] == "decreasing"
    previous: list[Any] = []

    def out_of_order(cell: Any) -> bool:
        before, previous[:] = (previous or [cell])[0], [cell]
        return bool(cell > before if falling else cell < before)

    return _each(out_of_order)


_OBJECT_RULES: dict[str, Callable[[Check], ObjectRule]] = {
    "range": _range,
    "allowed": _allowed,
    "finite": _finite,
    "length": _length,
    "pattern": _pattern,
    "order": _order,
}
