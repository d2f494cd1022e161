"""The parameters of the data gate, as checks."""

from collections.abc import Iterator
from dataclasses import dataclass

from governance.steps._check import Check
from governance.steps._parameter import column_names, fraction, optional_fraction, row_count

DEFAULT_MIN_ROWS = 100
DEFAULT_MAX_MISSING_FRACTION = 0.1
DATA_DEFAULTS: dict[str, float] = {
    "min_rows": DEFAULT_MIN_ROWS,
    "max_missing_fraction": DEFAULT_MAX_MISSING_FRACTION,
}
"""The parameters that are rules although nobody chose them."""


@dataclass(frozen=True, slots=True)
class DataRules:
    """The parameters of the data gate, checked.

    Args:
        min_rows: Fewest rows.
        max_missing_fraction: Largest share of missing cells in the whole frame, 0 to 1.
        max_column_missing_fraction: Largest share of missing cells in any one column.
        required_columns: Names of columns that must be there.
        max_duplicate_fraction: Largest share of rows that equal an earlier row.

    Raises:
        GateConfigurationError: If one of them cannot be such a rule.
    """

    min_rows: int
    max_missing_fraction: float
    max_column_missing_fraction: float | None
    required_columns: list[str] | None
    max_duplicate_fraction: float | None

    def __post_init__(self) -> None:
        for name, accept in (
            ("min_rows", row_count),
            ("max_missing_fraction", fraction),
            ("max_column_missing_fraction", optional_fraction),
            ("required_columns", column_names),
            ("max_duplicate_fraction", optional_fraction),
        ):
            object.__setattr__(self, name, accept(name, getattr(self, name)))

    def checks(self) -> Iterator[Check]:
        """Return what the parameters ask for, in the order in which it is told."""
        yield Check("min_rows", parameters={"limit": self.min_rows})
        for name in self.required_columns or ():
            yield Check("required_columns", (name,))
        for kind in (
            "max_missing_fraction",
            "max_column_missing_fraction",
            "max_duplicate_fraction",
        ):
            limit = getattr(self, kind)
            if limit is not None:
                yield Check(kind, parameters={"limit": limit})
