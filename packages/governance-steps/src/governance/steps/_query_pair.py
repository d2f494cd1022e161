"""The comparison of two columns, as a condition of a query."""

import narwhals.stable.v2 as nw

from governance.steps._bound import NANOSECONDS, time_unit
from governance.steps._check import Check
from governance.steps._column_rule import NUMBERS, OPERATORS
from governance.steps._fact import Unfit
from governance.steps._query_field import Field
from governance.steps._query_rule import Ruling


def comparison_of(left: Field, right: Field, check: Check) -> Ruling:
    """Translate the comparison of two columns.

    Args:
        left: The one column.
        right: The other.
        check: The check.

    Returns:
        The rows in which both have a value that does not stand to the other as it should.

    Raises:
        Unfit: If the two cannot be compared.
    """
    fields = (left, right)
    problem = f"{left.family} and {right.family}, which cannot be compared"
    groups = {NUMBERS.get(field.family, field.family) for field in fields}
    zones = {getattr(field.example.dtype, "pyarrow_dtype", None) for field in fields}
    if len(groups - {"object"}) > 1 or len({getattr(zone, "tz", None) for zone in zones}) > 1:
        raise Unfit(problem)
    if "object" in groups and (left.nested or left.kind == "Unknown" or left.kind != right.kind):
        raise Unfit(problem)
    both = ~nw.col(left.name).is_null() & ~nw.col(right.name).is_null()
    compare = OPERATORS[check.parameters["operator"]]
    return Ruling(both & ~compare(*_alike(left, right)))


def _alike(left: Field, right: Field) -> tuple[nw.Expr, nw.Expr]:
    """Return two columns of one group so that no comparison rounds more than pandas does."""
    cells = nw.col(left.name), nw.col(right.name)
    families = {left.family, right.family}
    if "float" in families:
        return cells[0].cast(nw.Float64()), cells[1].cast(nw.Float64())
    if families == {"integer"} and left.kind.startswith("U") != right.kind.startswith("U"):
        return cells[0].cast(nw.Int128()), cells[1].cast(nw.Int128())
    if families <= {"datetime", "duration"}:
        units = [NANOSECONDS[time_unit(field.example)] for field in (left, right)]
        if units[0] != units[1]:
            first, second = (
                each.cast(nw.Int128()) * (unit // min(units))
                for each, unit in zip(cells, units, strict=True)
            )
            return first, second
    return cells
