"""The data beside a reference: row change, drift and overlap, through the gate."""

import datetime as dt
import itertools
import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from syrupy.assertion import SnapshotAssertion

from governance.steps import (
    DataContract,
    DataQualityError,
    Failure,
    GateConfigurationError,
    _bins,
    _column,
    _key,
    _overlap,
    validate_data_quality,
)
from governance.steps._check import Check
from governance.steps._reference import read_reference

Cells = list[Any]
DAYS = [dt.datetime(2026, 1, number) for number in (1, 3, 4, 9)]  # noqa: DTZ001 (naive columns)


def typed(dtype: Any) -> Callable[[Cells], pd.Series]:
    return lambda cells: pd.Series(cells, dtype=dtype)


def arrow(kind: Any) -> Callable[[Cells], pd.Series]:
    return typed(pd.ArrowDtype(kind))


def nan_beside_na(cells: Cells) -> pd.Series:
    values = np.array([np.nan if c is None else c for c in cells], dtype=float)
    return pd.Series(pd.arrays.FloatingArray(values, np.zeros(len(cells), dtype=bool)))


def zoned(cells: Cells) -> pd.Series:
    return pd.Series(cells, dtype="datetime64[us]").dt.tz_localize("UTC")


# What a column holds: four values, and the columns that can hold them.
HELD: dict[str, tuple[Cells, dict[str, Callable[[Cells], pd.Series]]]] = {
    "number": (
        [-3, 0, 2, 7],
        {
            "float32": typed("float32"),
            "float64": typed("float64"),
            "longdouble": typed("longdouble"),
            "Int8": typed("Int8"),
            "Int64": typed("Int64"),
            "NaN beside NA": nan_beside_na,
            "arrow int32": arrow(pa.int32()),
            "arrow double": arrow(pa.float64()),
            "arrow decimal": lambda cells: arrow(pa.decimal128(5))(
                [None if c is None else Decimal(c) for c in cells]
            ),
            "object": typed(object),
            "sparse": lambda cells: pd.Series(pd.arrays.SparseArray(cells, dtype=float)),
        },
    ),
    "text": (
        ["", "ab", "zürich", "x1\n"],
        {
            "str": typed("str"),
            "python": typed("string[python]"),
            "pyarrow": typed("string[pyarrow]"),
            "arrow string": arrow(pa.string()),
            "category": typed(pd.CategoricalDtype(["", "ab", "zürich", "x1\n"])),
            "other category": typed(pd.CategoricalDtype(["x1\n", "zürich", "ab", ""])),
            "object": typed(object),
        },
    ),
    "bool": (
        [False, True],
        {
            "boolean": typed("boolean"),
            "arrow": arrow(pa.bool_()),
            "object": typed(object),
        },
    ),
    "datetime": (
        DAYS,
        {
            "s": typed("datetime64[s]"),
            "ns": typed("datetime64[ns]"),
            "zoned": zoned,
            "arrow": arrow(pa.timestamp("us")),
            "arrow date": arrow(pa.date32()),
            "object": lambda cells: pd.Series(
                [None if c is None else c.date() for c in cells], dtype=object
            ),
        },
    ),
    "duration": (
        [dt.timedelta(hours=number) for number in (-5, 0, 1, 30)],
        {
            "ms": typed("timedelta64[ms]"),
            "arrow": arrow(pa.duration("us")),
            "object": typed(object),
        },
    ),
    "object": ([(), (1,), (1, 2), b"x"], {"object": typed(object)}),
}


@st.composite
def drawn_pairs(draw: st.DrawFn) -> tuple[list[pd.DataFrame], list[list[Cells]], list[str]]:
    """Draw a reference and data of up to 3 columns, their plain cells, and what they hold."""
    kinds = draw(st.lists(st.sampled_from(sorted(HELD)), min_size=1, max_size=3))
    sizes = [draw(st.integers(1, 15)) for _ in range(2)]
    frames: list[dict[int, pd.Series]] = [{}, {}]
    plain: list[list[Cells]] = [[], []]
    for number, held in enumerate(kinds):
        values, dtypes = HELD[held]
        same = draw(st.booleans())
        names = [draw(st.sampled_from(sorted(dtypes)))] * 2
        if not same:
            names[1] = draw(st.sampled_from(sorted(dtypes)))
        for side, size in enumerate(sizes):
            cell = st.none() | st.integers(0, len(values) - 1)
            cells = draw(st.lists(cell, min_size=size, max_size=size))
            told = [None if c is None else values[c] for c in cells]
            frames[side][number] = dtypes[names[side]](told)
            plain[side].append(cells)
    return [pd.DataFrame(frame) for frame in frames], plain, kinds


def bins_by_hand(sides: list[Cells], *, numbers: bool) -> list[tuple[int, int]]:
    """Count the numbers of values, which have their order, in the bins of a column."""
    known = sorted(c for c in sides[0] if c is not None)
    places = sorted({-(-tenth * len(known) // 10) - 1 for tenth in range(1, 10)})
    deciles = [known[place] for place in places if known]

    def place(cell: int | None) -> Any:
        if cell is None:
            return "missing"
        if numbers:
            return sum(d < cell for d in set(deciles)), deciles.count(cell) > 1
        return cell if cell in known else "new"

    counts = [Counter(map(place, side)) for side in sides]
    return [(counts[0][bin_], counts[1][bin_]) for bin_ in {*counts[0], *counts[1]}]


def psi_by_hand(bins: list[tuple[int, int]], n: int, m: int) -> float:
    shares = [(max(r, 0.5) / n, max(d, 0.5) / m) for r, d in bins]
    return sum((q - p) * math.log(q / p) for p, q in shares)


def v_by_hand(bins: list[tuple[int, int]], n: int, m: int) -> float:
    shares = [(r / n, d / m) for r, d in bins]
    return math.sqrt(sum((p - q) ** 2 / (p + q) for p, q in shares) / 2)


@settings(max_examples=250)
@given(drawn_pairs(), st.sampled_from(["keys differ", "keys collide"]))
def test_figures_equal_those_of_slow_formulas(
    drawn: tuple[list[pd.DataFrame], list[list[Cells]], list[str]], keys: str
) -> None:
    """Of any columns, row change, drift and overlap are what a look at each cell gives."""
    (reference, data), plain, kinds = drawn
    n, m = len(reference), len(data)
    checks = [
        Check("max_row_change", (), {"limit": 0}),
        Check("max_overlap", (), {"limit": 0}),
        Check("max_drift", (), {"method": "psi", "limit": 0}),
        Check("max_drift", (), {"method": "chi2", "limit": 0}),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (_column, "BLOCK"),
            (_key, "BLOCK"),
            (_bins, "_BLOCK"),
            (_overlap, "_PAIRS"),
        ):
            patch.setattr(module, name, 3)
        if keys == "keys collide":
            patch.setattr(_key, "mixed", lambda keys: keys & np.uint64(1))
        found = read_reference(data, reference, checks)
    assert found[0][None].figure == abs(m - n) / n

    known = set(zip(*plain[0], strict=True))
    rows = [number for number, row in enumerate(zip(*plain[1], strict=True)) if row in known]
    overlap = found[1][None]
    assert (overlap.count, overlap.rows, overlap.problem) == (len(rows), tuple(rows[:5]), None)
    assert overlap.figure == len(rows) / m

    for number in range(len(kinds)):
        dtypes = [frame[number].dtype for frame in (reference, data)]
        coded = any(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes)
        sides = [side[number] for side in plain]
        numbers = kinds[number] in {"number", "datetime", "duration"} and not coded
        bins = bins_by_hand(sides, numbers=numbers)
        assert found[2][number].figure == pytest.approx(psi_by_hand(bins, n, m), abs=1e-12)
        assert found[3][number].figure == pytest.approx(v_by_hand(bins, n, m), abs=1e-9)
        chance = chi2.ppf(0.95, len(bins) - 1) * (1 / n + 1 / m) if len(bins) > 1 else 0
        assert found[2][number].chance == pytest.approx(chance)


@pytest.mark.parametrize("held", HELD)
def test_equal_cells_of_any_two_dtypes_are_equal(held: str) -> None:
    """Whatever two dtypes hold the same values, those are the rows in both, and are no drift."""
    (one, two, *_), dtypes = HELD[held]
    checks = [
        Check("max_overlap", (), {"limit": 0}),
        Check("max_drift", (), {"method": "js", "limit": 0}),
    ]
    for build, build_other in itertools.product(dtypes.values(), dtypes.values()):
        reference = pd.DataFrame({"x": build([one, None, one]), "y": [1, 2, 3]})
        data = pd.DataFrame({"x": build_other([two, None, one]), "y": [1, 2, 3]})
        overlap = read_reference(data, reference, checks[:1])[0][None]
        assert (overlap.count, overlap.rows) == (2, (1, 2))
        again = pd.DataFrame({"x": build_other([one, None, one])})
        drift = read_reference(again, reference, checks)[1]["x"]
        assert drift.figure == pytest.approx(0, abs=1e-7)


def failures(data: pd.DataFrame, reference: Any, contract: Any) -> tuple[Failure, ...]:
    try:
        returned = validate_data_quality.entrypoint(
            data, min_rows=1, max_missing_fraction=1, contract=contract, reference=reference
        )
    except DataQualityError as error:
        return error.failures
    assert returned is data
    return ()


def told(data: pd.DataFrame, reference: Any, contract: Any) -> dict[str | None, Any]:
    """Return what was found for each column that failed."""
    return {failure.subject: failure.found for failure in failures(data, reference, contract)}


def people(rows: int, age: float = 40, plans: str = "aaabbc", first: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "id": [f"c-{number}" for number in range(first, first + rows)],
            "age": rng.normal(age, 10, rows),
            "plan": rng.choice(list(plans), rows),
            "paid": rng.random(rows) < 0.5,
        }
    )
    return frame


EVERYTHING = {
    "key": ["id"],
    "reference": {"row_change": 0.5, "drift": "psi", "overlap": 0},
    "columns": {
        "id": {"drift": False},
        "age": {"drift": "ks"},
        "plan": {"drift": {"method": "chi2", "max": 0.15}},
        "paid": {"drift": "js"},
    },
}


def test_data_like_its_reference_passes() -> None:
    """Data of about as many other rows of one distribution passes every rule."""
    assert failures(people(1_500, first=1_000), people(1_000), EVERYTHING) == ()


def test_every_rule_against_a_reference_is_told(snapshot: SnapshotAssertion) -> None:
    """Each rule that is missed is told, with its method, its threshold and its figure."""
    data = people(200, age=50, plans="abccc", first=995)
    data["paid"] = pd.Series([True, *[None] * 199], dtype=object)
    error = DataQualityError(failures(data, people(1_000), EVERYTHING))
    assert str(error) == snapshot
    assert {failure.check for failure in error.failures} == {
        "max_row_change",
        "max_drift",
        "max_overlap",
    }


def test_few_rows_raise_the_threshold(snapshot: SnapshotAssertion) -> None:
    """With few rows the threshold is what chance does, and the message says so."""
    rule = {"reference": {"drift": "psi"}, "columns": {"id": {"drift": False}}}
    assert failures(people(30, first=1_000), people(1_000), rule) == ()
    data = people(30, age=60, first=1_000)
    (failure,) = failures(data, people(1_000), {"columns": {"age": {"drift": "psi"}}})
    assert failure.required == snapshot


def test_rules_against_a_reference_may_only_warn() -> None:
    """Each rule, and all of them together, can be told without stopping anything."""
    data, reference = people(100, age=70, plans="c"), people(1_000)
    rules = {"row_change": 0.2, "drift": "psi", "overlap": {"max": 0.5, "columns": ["id"]}}
    asked = {"reference": rules, "columns": {"age": {"drift": "ks"}, "id": {"drift": False}}}
    assert len(failures(data, reference, asked)) == 5 - 1
    for warn, count in ((["row_change"], 3), (["overlap", "drift"], 2)):
        warning = asked | {"reference": rules | {"warn": warn}}
        assert len(failures(data, reference, warning)) == count
    (own,) = failures(data, reference, asked | {"warn": ["reference"]})
    assert (own.check, own.subject) == ("max_drift", "age")
    column = {"columns": {"age": {"drift": "ks", "warn": ["drift"]}}}
    assert failures(data, reference, column) == ()


def test_own_rule_of_a_column_replaces_the_one_for_all() -> None:
    """A column with a rule of its own, or none, is not held against the rule for all."""
    data, reference = people(500, age=70), people(500)
    every = {"reference": {"drift": {"method": "js", "max": 0.3}}}
    assert set(told(data, reference, every)) == {"age"}
    for own in (False, {"method": "js", "max": 1}):
        assert failures(data, reference, every | {"columns": {"age": {"drift": own}}}) == ()


@pytest.mark.parametrize(
    ("data", "reference", "found"),
    [
        ([1.0, 2.0], ["a", "b"], "unknown: float, but text in the reference"),
        ([1, 2], [True, False], "unknown: integer, but bool in the reference"),
        ([[1], [2]], [[1], [2]], "unknown: object, with cells that cannot be compared"),
        ([1, 2], [], "unknown: the reference has no rows"),
        ([1, 10**400], [1, 2], "unknown: integer, with cells that are no floats"),
        (
            [dt.timedelta.max, dt.timedelta(0)],
            [dt.timedelta(1)],
            "unknown: duration, with cells that pandas does not read",
        ),
    ],
    ids=["number", "bool", "lists", "empty", "huge", "long"],
)
def test_what_cannot_be_compared_has_not_passed(data: Any, reference: Any, found: str) -> None:
    """A column that cannot be held against the reference's is a failure that says why."""
    frames = [pd.DataFrame({"x": pd.Series(cells, dtype=object)}) for cells in (data, reference)]
    for rule in ({"columns": {"x": {"drift": "psi"}}}, {"reference": {"drift": "js"}}):
        assert told(frames[0], frames[1], rule) == {"x": found}


def test_overlap_that_cannot_be_decided_has_not_passed() -> None:
    """Rows that cannot be compared, or have nothing to be compared in, fail with the reason."""
    data = pd.DataFrame({"x": [1, 2], "y": [[1], [2]]})
    rule = {"reference": {"overlap": 1}}

    def found(reference: pd.DataFrame, *columns: str) -> Any:
        asked = (
            {"reference": {"overlap": {"max": 1, "columns": list(columns)}}} if columns else rule
        )
        return list(told(data, reference, asked).values())

    assert found(data) == ["unknown: object, with cells that cannot be compared"]
    assert found(data[["y"]]) == ["unknown: object, with cells that cannot be compared"]
    assert found(data.rename(columns=str.upper)) == ["unknown: no column is in both"]
    assert found(data.astype({"x": str}), "x") == ["unknown: integer, but text in the reference"]
    assert found(data[:0]) == ["unknown: the reference has no rows"]
    assert found(data[["y"]], "x") == ["unknown: the reference has no column 'x'"]
    assert found(data, "z") == ["absent"]
    assert found(data, "x") == []


def test_columns_that_only_one_frame_has() -> None:
    """Rules for all columns look at those that both have; a column's own rule needs both."""
    data, reference = people(200), people(200).drop(columns="age")
    every = {"reference": {"drift": "psi", "row_change": 0}, "columns": {"id": {"drift": False}}}
    assert failures(data, reference, every) == ()
    own = {"columns": {"age": {"drift": "psi"}}}
    assert told(data, reference, own) == {"age": "unknown: the reference has no column 'age'"}
    assert told(reference, data, own) == {"age": "absent"}
    none = {"reference": {"drift": "psi"}}
    assert told(data[["age"]], reference, none) == {None: "unknown: no column is in both"}
    assert told(data, data[:0], {"reference": {"row_change": 9}}) == {
        None: "unknown: the reference has no rows"
    }


def test_repeated_names_are_no_reference() -> None:
    """A column that the reference has twice cannot be held against; one of the data fails so."""
    data = people(100)
    twice = pd.concat([data, data[["age"]]], axis=1)
    rule = {"columns": {"age": {"drift": "ks"}}}
    assert told(data, twice, rule) == {"age": "unknown: the reference has 2 columns 'age'"}
    assert told(twice, data, rule) == {"age": "2 columns"}
    assert told(
        data,
        twice,
        {
            "reference": {"drift": "ks"},
            "columns": {name: {"drift": False} for name in ("id", "plan", "paid")},
        },
    ) == {"age": "unknown: the reference has 2 columns 'age'"}


def test_empty_data_fails_for_what_it_lacks() -> None:
    """Data without rows is not held against the reference."""
    data = people(100)
    assert [failure.check for failure in failures(data[:0], data, EVERYTHING)] == ["min_rows"]


def test_columns_without_values() -> None:
    """A column of missing cells alone is drift if the other one has values, and only then."""
    gaps = pd.DataFrame({"x": pd.Series([None] * 50, dtype=object)})
    rule = {"reference": {"drift": "js"}}
    for values in (pd.Series(range(50)), pd.Series(["a", "b"] * 25), pd.Series(DAYS * 13)):
        full = pd.DataFrame({"x": values})
        assert told(full, gaps, rule) == {"x": 1.0}
        assert told(gaps, full, rule) == {"x": 1.0}
    assert failures(gaps, gaps.astype(float), rule) == ()


def test_many_values_are_put_in_order_of_their_frequency() -> None:
    """Which of many equally frequent values have their own bin does not depend on the rows."""
    letters = [f"v{number:03d}" for number in range(120)]
    reference = pd.DataFrame({"x": letters * 3})
    data = pd.DataFrame({"x": letters[:50] * 3})
    figures = []
    rule = {"reference": {"drift": {"method": "js", "max": 0}}}
    for seed in range(3):
        shuffled = [frame.sample(frac=1, random_state=seed) for frame in (data, reference)]
        figures.append(told(shuffled[0], shuffled[1], rule))
    assert figures == [figures[0]] * 3
    mixed = pd.DataFrame({"x": [b"x", *[(number,) for number in range(60)]]})
    assert failures(mixed, mixed, {"reference": {"drift": "psi"}}) == ()


def test_numbers_are_not_rounded_to_be_compared() -> None:
    """Keys of two integer types beyond the floats' precision are told apart in an overlap."""
    rule = {"reference": {"overlap": 0}}
    ids = pd.DataFrame({"id": [2**53, 2**53 + 2]})
    others = pd.DataFrame({"id": pd.Series([2**53 + 1, 2**53 + 2], dtype="Int64")})
    (failure,) = failures(others, ids, rule)
    assert (failure.found, failure.count, failure.rows) == (0.5, 1, (1,))


def test_reference_and_its_rules_go_together() -> None:
    """A rule without a reference, a reference without a rule, and one that is no frame."""
    data = people(100)
    for contract, reference, message in (
        (EVERYTHING, None, r"asks for max_row_change, max_drift, max_overlap .* reference=train"),
        ({"columns": {"age": {"drift": "ks"}}}, None, "asks for max_drift against a reference"),
        ({"rows": {"min": 1}}, data, "A reference was given, found nothing that is asked"),
        (None, data, "A reference was given, found nothing that is asked"),
        (EVERYTHING, [1], "As reference, validate_data_quality accepts .* found list"),
    ):
        with pytest.raises(GateConfigurationError, match=message):
            failures(data, reference, contract)
    with pytest.raises(GateConfigurationError, match=r"As data, .* found list"):
        read_reference([1], data, [])


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        ({"reference": {"drift": "pis"}}, r"reference.drift: found 'pis' \(str\), expected 'psi'"),
        ({"reference": {"drift": {"max": 0.1}}}, "reference.drift.method: found nothing"),
        ({"reference": {"drift": {"method": "ks", "max": 2}}}, "a max of at most 1, for ks is"),
        ({"reference": {"drift": {"method": "psi", "max": -1}}}, "reference.drift.max: found -1"),
        ({"reference": {"drift": False}}, "reference.drift: found False"),
        ({"reference": {"row_chnge": 1}}, "did you mean 'row_change'"),
        ({"reference": {"row_change": -0.1}}, "reference.row_change: found -0.1"),
        ({"reference": {"overlap": True}}, "reference.overlap: found True"),
        ({"reference": {"overlap": 2}}, "reference.overlap.*: found 2"),
        ({"reference": {"overlap": {"columns": ["id"]}}}, "reference.overlap.max: found nothing"),
        ({"reference": {"warn": ["drift"]}}, "in warn, names of rules given beside it"),
        ({"columns": {"x": {"drift": True}}}, r"columns.x.drift: found True"),
    ],
    ids=str,
)
def test_wrong_rules_are_refused_by_key(contract: dict[str, Any], message: str) -> None:
    """A rule against a reference that cannot be one is refused with its key."""
    with pytest.raises(GateConfigurationError, match=message):
        DataContract.of(contract)


def test_rules_survive_json() -> None:
    """Short forms, long forms and a column that is left out come back from JSON as they were."""
    contract = DataContract.of(EVERYTHING)
    assert DataContract.model_validate_json(contract.model_dump_json()) == contract


def test_overlap_columns_are_no_extra_columns() -> None:
    """A column in which rows are compared is one that the contract names."""
    rule: dict[str, Any] = {"extra_columns": False}
    rule["reference"] = {"overlap": {"max": 1, "columns": ["x"]}}
    frame = pd.DataFrame({"x": [1]})
    assert failures(frame, frame, rule) == ()
    assert set(
        told(frame.assign(y=1), frame, {"reference": {"row_change": 0}, "extra_columns": False})
    ) == {"x", "y"}


def test_rows_of_many_columns_of_two_dtypes_are_compared() -> None:
    """Rows of more columns than a number of 64 bits can stand for are found in the reference."""
    reference = pd.DataFrame(np.arange(100 * 300).reshape(100, 300) % 211)
    data = reference[40:45].astype("Int64").reset_index(drop=True)
    data.loc[1, 7] = -1
    (failure,) = failures(data, reference, {"reference": {"overlap": 0}})
    assert (failure.count, failure.rows) == (4, (0, 2, 3, 4))
