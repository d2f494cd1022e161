"""A data contract: what a frame has to look like, in a short form for files and parameters."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from os import PathLike
from typing import Annotated, Literal

from pydantic import Field, StrictBool, ValidationError

from governance.steps._check import Check, Severity
from governance.steps._contract_column import ColumnContract, Interval, Name, Part, Rules, Share
from governance.steps._contract_drift import DriftRule
from governance.steps._contract_file import read_contract_file, told_unheld
from governance.steps._contract_problem import told_problems
from governance.steps._contract_reference import OverlapRule, ReferenceContract
from governance.steps._failure import GateConfigurationError

_logger = logging.getLogger(__name__)


class Comparison(Part):
    """How one column stands to another, in every row in which both have a value.

    Attributes:
        left: Name of the one column.
        operator: How it stands to the other.
        right: Name of the other column.
        severity: What happens if a row is otherwise.
    """

    left: Name
    operator: Literal["<", "<=", "==", "!=", ">=", ">"]
    right: Name
    severity: Severity = "error"


class DataContract(Rules):
    """What a frame has to look like.

    Attributes:
        rows: How many rows it may have.
        missing: Largest share of missing cells in the whole frame, 0 to 1.
        duplicates: Largest share of rows that equal an earlier row, 0 to 1.
        key: Names of columns that together are different in every row.
        columns: What is asked of each column; all of them have to be there.
        extra_columns: Whether there may be other columns.
        ordered: Whether the columns have to be in the contract's order.
        compare: How columns stand to each other.
        reference: How far it may be from a reference, such as the data trained on before.
    """

    rows: Interval | None = None
    missing: Share | None = None
    duplicates: Share | None = None
    key: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    columns: dict[Name, ColumnContract] = Field(default_factory=dict)
    extra_columns: StrictBool = True
    ordered: StrictBool = False
    compare: tuple[Comparison, ...] = ()
    reference: ReferenceContract | None = None

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        object: str | None = None,  # noqa: A002 (the standard's word for it)
        strict: bool = False,
    ) -> "DataContract":
        """Read a contract from a YAML file, in this form or in ODCS 3's.

        Args:
            path: Where the file is.
            object: Name of the schema object in an ODCS file that the data is; None for the
                only one.
            strict: Whether rules of an ODCS file that cannot be held are an error, and no
                warning in the log.

        Returns:
            The contract.

        Raises:
            GateConfigurationError: If there is no such file, or it is no contract; the error
                names every key that is wrong. If `strict`, also if rules cannot be held.
        """
        value, unheld = read_contract_file(path, object)
        if unheld and strict:
            raise GateConfigurationError(told_unheld(path, unheld))
        if unheld:
            _logger.warning("%s", told_unheld(path, unheld))
        return cls.of(value, str(path))

    @classmethod
    def of(cls, value: object, source: str = "contract") -> "DataContract":
        """Accept a contract, or a mapping that is one.

        Args:
            value: What a caller or a file gave.
            source: What the error calls it.

        Returns:
            The contract.

        Raises:
            GateConfigurationError: If it is no contract; the error names every key that is
                wrong.
        """
        if isinstance(value, cls):
            return value
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise GateConfigurationError(told_problems(source, error, value, _KEYS)) from None

    @property
    def sensitive_columns(self) -> frozenset[str]:
        """Names of the columns of whose values a report shows nothing."""
        return frozenset(name for name, column in self.columns.items() if column.sensitive)

    def checks(self) -> Iterator[Check]:
        """Return what the contract asks for, in the order in which it is told."""
        yield from self._shape()
        if self.missing is not None:
            yield _share("max_missing_fraction", self.missing, self.severity_of("missing"))
        for name, column in self.columns.items():
            yield from column.checks(name)
        for pair in self.compare:
            columns = (pair.left, pair.right)
            yield Check("comparison", columns, {"operator": pair.operator}, pair.severity)
        if self.key is not None:
            yield Check("unique_key", self.key, {}, self.severity_of("key"))
        if self.duplicates is not None:
            severity = self.severity_of("duplicates")
            yield _share("max_duplicate_fraction", self.duplicates, severity)
        if self.reference is not None:
            apart = [name for name, column in self.columns.items() if column.drift is not None]
            for check in self.reference.checks(self.key or (), apart):
                whole = self.severity_of("reference")
                yield replace(check, severity="warn") if whole == "warn" else check

    def _shape(self) -> Iterator[Check]:
        if self.rows is not None:
            for kind, limit in (("min_rows", self.rows.min), ("max_rows", self.rows.max)):
                if limit is not None:
                    yield Check(kind, (), {"limit": limit}, self.severity_of("rows"))
        if self.ordered:
            names = {"names": tuple(self.columns)}
            yield Check("column_order", (), names, self.severity_of("ordered"))
        if not self.extra_columns:
            pairs = [name for pair in self.compare for name in (pair.left, pair.right)]
            shared = () if self.reference is None else self.reference.names()
            names = {"names": (*self.columns, *(self.key or ()), *pairs, *shared)}
            yield Check("no_extra_columns", (), names, self.severity_of("extra_columns"))


_PARTS = (
    DataContract,
    ColumnContract,
    Comparison,
    Interval,
    ReferenceContract,
    DriftRule,
    OverlapRule,
)
_KEYS = sorted({name for part in _PARTS for name in part.model_fields})


def contract_or_none(value: object) -> DataContract | None:
    """Accept a contract, a mapping that is one, or None.

    Args:
        value: What the caller of a gate gave.

    Raises:
        GateConfigurationError: If it is anything else.
    """
    return None if value is None else DataContract.of(value)


def _share(kind: str, limit: float, severity: Severity) -> Check:
    return Check(kind, (), {"limit": float(limit)}, severity)
