"""The checks on cells, as conditions of a query."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from governance.steps._bound import stored_bounds
from governance.steps._check import Check
from governance.steps._fact import Unfit
from governance.steps._number import is_number
from governance.steps._number_rule import stored_values
from governance.steps._query_field import Field
from governance.steps._scan import scan_column

_NO_ORDER = "object, with cells that have no order beside the rule's values"
_AS_NUMBERS = ("integer", "float", "bool", "datetime", "date", "duration")


class Ruling(NamedTuple):
    """What a check comes to on a column.

    Attributes:
        bad: Which cells miss it, null for missing ones; None for no cell.
        problem: Why the check cannot be held against such cells; None if it can.
        derived: Whether the engine itself has to tell which cells miss the rule.
    """

    bad: nw.Expr | None
    problem: str | None = None
    derived: bool = False


def ruling_of(field: Field, check: Check, told: nw.Expr) -> Ruling:
    """Translate a check on cells.

    Args:
        field: The column.
        check: The check.
        told: Where the engine itself tells which cells miss the rule.

    Raises:
        Unfit: If the check does not fit the column.
    """
    _, (measure,) = scan_column(field.example, [check])
    if measure.problem is not None:
        raise Unfit(measure.problem)
    if field.family in _AS_NUMBERS:
        return _NUMBER_RULES[check.kind](field, check, told)
    if field.family == "text":
        return _TEXT_RULES[check.kind](field, check, told)
    if field.family == "decimal":
        return _DECIMAL_RULES[check.kind](field, check, told)
    return _OTHER_RULES[check.kind](field, check, told)


def _present(field: Field) -> nw.Expr:
    return ~nw.col(field.name).is_null()


def _any(conditions: list[nw.Expr]) -> nw.Expr | None:
    together: nw.Expr | None = None
    for condition in conditions:
        together = condition if together is None else together | condition
    return together


def _range(field: Field, check: Check, _: nw.Expr) -> Ruling:
    cells = nw.col(field.name)
    least, most = stored_bounds(field.example, check.parameters["min"], check.parameters["max"])
    if field.family == "float":
        lowest, highest = -math.inf, math.inf
    else:
        lowest, highest = field.extremes
    if least > highest or most < lowest:
        return Ruling(_present(field))
    conditions = [cells < least] if least > lowest else []
    conditions += [cells > most] if most < highest else []
    return Ruling(_any(conditions))


def _finite(field: Field, _: Check, __: nw.Expr) -> Ruling:
    if field.family != "float":
        return Ruling(None)
    cells = nw.col(field.name)
    return Ruling((cells == math.inf) | (cells == -math.inf))


def _within(field: Field, values: list[Any]) -> Ruling:
    if not values:
        return Ruling(_present(field))
    return Ruling(~nw.col(field.name).is_in(values))


def _allowed_numbers(field: Field, check: Check, _: nw.Expr) -> Ruling:
    values = stored_values(check, field.example)
    if field.family in {"bool", "float"}:
        return _within(field, values)
    lowest, highest = field.extremes
    return _within(field, [int(value) for value in values if lowest <= value <= highest])


def _told(_: Field, __: Check, told: nw.Expr) -> Ruling:
    return Ruling(told, derived=True)


def _allowed_texts(field: Field, check: Check, _: nw.Expr) -> Ruling:
    return _within(field, [each for each in check.parameters["values"] if isinstance(each, str)])


def _length(field: Field, check: Check, _: nw.Expr) -> Ruling:
    lengths = nw.col(field.name).str.len_chars()
    least, most = check.parameters["min"], check.parameters["max"]
    conditions = [lengths < least] if least else []
    conditions += [] if most is None else [lengths > most]
    return Ruling(_any(conditions))


def _decimal_range(field: Field, check: Check, _: nw.Expr) -> Ruling:
    least, most = check.parameters["min"], check.parameters["max"]
    if not all(limit is None or is_number(limit) for limit in (least, most)):
        return Ruling(_present(field), _NO_ORDER)
    precision, scale = _digits(field)
    cells = nw.col(field.name)
    conditions = []
    if least is not None:
        stored = math.ceil(Fraction(least) * 10**scale)
        if stored >= 10**precision:
            return Ruling(_present(field))
        conditions += [cells < _literal(stored, scale)] if stored > -(10**precision) else []
    if most is not None:
        stored = math.floor(Fraction(most) * 10**scale)
        if stored <= -(10**precision):
            return Ruling(_present(field))
        conditions += [cells > _literal(stored, scale)] if stored < 10**precision else []
    return Ruling(_any(conditions))


def _allowed_decimals(field: Field, check: Check, _: nw.Expr) -> Ruling:
    precision, scale = _digits(field)
    stored = [
        Fraction(value) * 10**scale for value in check.parameters["values"] if is_number(value)
    ]
    values = [
        int(value) for value in stored if value.denominator == 1 and abs(value) < 10**precision
    ]
    return Ruling(_none_of(field, [_literal(value, scale) for value in values]))


def _none_of(field: Field, values: list[nw.Expr]) -> nw.Expr:
    same = _any([nw.col(field.name) == value for value in values])
    return _present(field) if same is None else ~same


def _digits(field: Field) -> tuple[int, int]:
    dtype: Any = field.example.dtype
    return dtype.pyarrow_dtype.precision, dtype.pyarrow_dtype.scale


def _literal(stored: int, scale: int) -> nw.Expr:
    digits = tuple(map(int, str(abs(stored))))
    return nw.lit(Decimal((int(stored < 0), digits, -scale)))


def _none_bad(_: Field, __: Check, ___: nw.Expr) -> Ruling:
    return Ruling(None)


def _all_bad(field: Field, _: Check, __: nw.Expr) -> Ruling:
    return Ruling(_present(field))


def _unordered(field: Field, _: Check, __: nw.Expr) -> Ruling:
    return Ruling(_present(field), _NO_ORDER)


def _no_infinities(field: Field, check: Check, told: nw.Expr) -> Ruling:
    return _unordered(field, check, told) if field.nested else Ruling(None)


def _ordered(field: Field, check: Check, told: nw.Expr) -> Ruling:
    return _unordered(field, check, told) if field.nested else _told(field, check, told)


_Make = Callable[[Field, Check, nw.Expr], Ruling]

_NUMBER_RULES: dict[str, _Make] = {
    "range": _range,
    "finite": _finite,
    "allowed": _allowed_numbers,
    "order": _told,
}
_TEXT_RULES: dict[str, _Make] = {
    "length": _length,
    "allowed": _allowed_texts,
    "pattern": _told,
    "order": _told,
}
# Python's own decimals are no text, and every one of them misses a rule on text.
_DECIMAL_RULES: dict[str, _Make] = {
    "range": _decimal_range,
    "allowed": _allowed_decimals,
    "finite": _none_bad,
    "length": _all_bad,
    "pattern": _all_bad,
    "order": _told,
}
_OTHER_RULES: dict[str, _Make] = {
    "range": _unordered,
    "allowed": _all_bad,
    "finite": _no_infinities,
    "length": _all_bad,
    "pattern": _all_bad,
    "order": _ordered,
}
