"""What a data contract may say about one column."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from governance.steps._check import FAMILIES, Check, Severity
from governance.steps._contract_drift import DriftRule
from governance.steps._pattern import pattern_problem

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_AGE = re.compile(r"(\d{1,9})\s*([smhd])")


def _age(value: str) -> str:
    if _AGE.fullmatch(value) is None:
        raise ValueError("an age such as 30m, 24h or 7d")
    return value


def _pattern(value: str) -> str:
    problem = pattern_problem(value)
    if problem is not None:
        raise ValueError(f"a pattern in the syntax of RE2 ({problem})")
    return value


def _family(value: object) -> object:
    if value not in FAMILIES:
        raise ValueError(f"one of {', '.join(FAMILIES)}")
    return value


Share: TypeAlias = Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)]
Count: TypeAlias = Annotated[StrictInt, Field(ge=0)]
Finite: TypeAlias = Annotated[StrictFloat, Field(allow_inf_nan=False)]
Limit: TypeAlias = StrictInt | Finite | datetime | date | StrictStr
Value: TypeAlias = StrictBool | StrictInt | Finite | datetime | date | StrictStr
Name: TypeAlias = Annotated[StrictStr, Field(min_length=1)]
# It stays text, for ZenML passes a contract on as JSON.
Age: TypeAlias = Annotated[StrictStr, AfterValidator(_age)]


class Part(BaseModel):
    """A part of a contract: no other keys than its own, and no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rules(Part):
    """Rules of which some may only warn.

    Attributes:
        warn: Names of the rules beside it that do not stop a pipeline.
    """

    warn: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _warn_names_rules(self) -> "Rules":
        rules = sorted(self.model_fields_set - {"warn", "sensitive"})
        for name in self.warn:
            if name not in rules:
                raise ValueError(f"in warn, names of rules given beside it: {', '.join(rules)}")
        return self

    def severity_of(self, *names: str) -> Severity:
        """Return what happens if a rule made of some keys is missed."""
        return "warn" if set(names) & set(self.warn) else "error"


class Interval(Part):
    """From where to where a figure may go, both included.

    Attributes:
        min: The least; None for no limit.
        max: The most; None for no limit.
    """

    min: Count | None = None
    max: Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Interval":
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("a min that is not above max")
        return self


class ColumnContract(Rules):
    """What one column has to look like. Missing cells are judged by `missing` alone.

    Attributes:
        dtype: The family of its dtype.
        missing: Largest share of missing cells, 0 to 1.
        min: Least value.
        max: Greatest value.
        allowed: All values there may be.
        pattern: What every text has to match as a whole, in the syntax of RE2.
        length: How many characters a text may have.
        unique: Whether no value may be there twice; missing cells equal each other.
        finite: Whether infinite values are refused.
        order: Whether each value is at least, or at most, the one before.
        max_age: How old the newest time may be, such as 24h.
        max_share: Largest share of one value, which refuses (nearly) constant columns.
        min_share: Least share of the rarest value, which refuses unbalanced labels.
        drift: How far its values may have moved from those of the reference; False where
            they are not looked at although the contract's `reference` asks it of all columns.
        sensitive: Whether a report shows nothing of its values.
    """

    dtype: Annotated[str, BeforeValidator(_family)] | None = None
    missing: Share | None = None
    min: Limit | None = None
    max: Limit | None = None
    allowed: Annotated[tuple[Value, ...], Field(min_length=1)] | None = None
    pattern: Annotated[StrictStr, AfterValidator(_pattern)] | None = None
    length: Interval | None = None
    unique: StrictBool = False
    finite: StrictBool = False
    order: Literal["increasing", "decreasing"] | None = None
    max_age: Age | None = None
    max_share: Share | None = None
    min_share: Share | None = None
    drift: DriftRule | Literal[False] | None = None
    sensitive: StrictBool = False

    @model_validator(mode="after")
    def _in_order(self) -> "ColumnContract":
        limits: list[Any] = [self.min, self.max]
        if None in limits or any(isinstance(limit, str) for limit in limits):
            return self  # what text means is known when the column is
        try:
            in_order = limits[0] <= limits[1]
        except TypeError as error:
            raise ValueError("a min and a max of one type") from error
        if not in_order:
            raise ValueError("a min that is not above max")
        return self

    def checks(self, name: str) -> Iterator[Check]:
        """Return what is asked of a column of some name."""
        for rule, kind, parameters in self._asked():
            yield Check(kind, (name,), parameters, self.severity_of(*rule))

    def _asked(self) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
        yield (), "required_columns", {}
        if self.dtype is not None:
            yield ("dtype",), "dtype", {"dtype": self.dtype}
        if self.missing is not None:
            yield ("missing",), "max_column_missing_fraction", {"limit": float(self.missing)}
        if self.min is not None or self.max is not None:
            yield ("min", "max"), "range", {"min": self.min, "max": self.max}
        if self.allowed is not None:
            yield ("allowed",), "allowed", {"values": self.allowed}
        if self.pattern is not None:
            yield ("pattern",), "pattern", {"pattern": self.pattern}
        if self.length is not None:
            yield ("length",), "length", self.length.model_dump()
        if self.unique:
            yield ("unique",), "unique_key", {}
        if self.finite:
            yield ("finite",), "finite", {}
        if self.order is not None:
            yield ("order",), "order", {"order": self.order}
        yield from self._asked_of_all()

    def _asked_of_all(self) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
        if self.max_age is not None:
            yield ("max_age",), "freshness", {"limit": _seconds(self.max_age)}
        for name in ("max_share", "min_share"):
            share = getattr(self, name)
            if share is not None:
                kind = name.replace("share", "value_share")
                yield (name,), kind, {"limit": float(share)}
        if self.drift:
            yield ("drift",), "max_drift", self.drift.parameters()


def _seconds(age: str) -> float:
    number, unit = age[:-1], age[-1]
    return float(number) * _SECONDS[unit]
