"""What differs between engines that answer queries, as far as narwhals does not carry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import narwhals.stable.v2 as nw

from governance.steps._check import Check
from governance.steps._query_field import Field


class Derived(NamedTuple):
    """A column that tells which cells of another miss a rule, in the engine's own words.

    Attributes:
        name: What it is called.
        field: The column that it is about.
        check: The rule: a pattern, or the order.
    """

    name: str
    field: Field
    check: Check


class Dialect(ABC):
    """A frame of an engine that answers queries."""

    unable: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The kinds of checks on cells that cannot be held against such a frame, and why."""

    @abstractmethod
    def fields(self) -> list[Field]:
        """Describe the columns."""

    @abstractmethod
    def prepared(self, derived: Sequence[Derived]) -> Any:
        """Return a frame of the engine, lazily, in which values mean the same on all engines.

        Its columns are called `c0`, `c1` and so on. NaN is missing, floats have 64 bits, times
        are integers in the unit of the field's example, and categories are text.

        Args:
            derived: Columns to add.
        """

    @abstractmethod
    def answers(self, queries: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the one row with which each query is answered.

        Args:
            queries: Frames of the engine, lazily.
        """

    def first_rows(
        self, prepared: Any, bad: Mapping[int, nw.Expr], most: int
    ) -> dict[int, tuple[int, ...]]:
        """Return where the first cells are that miss a rule, if rows have a position.

        Args:
            prepared: What `prepared` returned.
            bad: For each rule, which cells miss it.
            most: How many to name at most.
        """
        del prepared, most
        return dict.fromkeys(bad, ())

    def first_repeated(self, prepared: Any, names: Sequence[str], most: int) -> tuple[int, ...]:
        """Return where the first rows are that equal an earlier row, if that is cheap to say.

        Args:
            prepared: What `prepared` returned.
            names: The columns to compare.
            most: How many to name at most.
        """
        del prepared, names, most
        return ()
