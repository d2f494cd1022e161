"""What a data contract may say about the data beside a reference."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, StrictFloat, StrictInt, model_validator

from governance.steps._check import Check
from governance.steps._contract_column import Name, Part, Rules, Share
from governance.steps._contract_drift import DriftRule


class OverlapRule(Part):
    """How much of the data may be in the reference.

    Attributes:
        max: Largest share of the data's rows that equal a row of the reference, 0 to 1.
        columns: In which columns rows have to be equal; None for the contract's key or, if it
            has none, for all columns that both have.
    """

    max: Share
    columns: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"max": value} if number else value


class ReferenceContract(Rules):
    """How far the data may be from the reference.

    Attributes:
        row_change: Largest change of the number of rows, as a share of the reference's.
        drift: How far the values of every column that both have may have moved; a column's own
            `drift` replaces it.
        overlap: How much of the data may be in the reference.
    """

    row_change: Annotated[StrictFloat | StrictInt, Field(ge=0, allow_inf_nan=False)] | None = None
    drift: DriftRule | None = None
    overlap: OverlapRule | None = None

    def checks(self, key: Sequence[str], apart: Sequence[str]) -> Iterator[Check]:
        """Return what is asked, in the order in which it is told.

        Args:
            key: Columns that tell rows apart; none if it is not known which.
            apart: Columns whose drift is judged on its own, or not at all.
        """
        if self.row_change is not None:
            limit = {"limit": float(self.row_change)}
            yield Check("max_row_change", (), limit, self.severity_of("row_change"))
        if self.drift is not None:
            parameters = {**self.drift.parameters(), "apart": tuple(apart)}
            yield Check("max_drift", (), parameters, self.severity_of("drift"))
        if self.overlap is not None:
            columns = self.overlap.columns or tuple(key)
            limit = {"limit": float(self.overlap.max)}
            yield Check("max_overlap", columns, limit, self.severity_of("overlap"))

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns that are named."""
        return () if self.overlap is None else self.overlap.columns or ()
