"""The command `governance-steps profile`: contracts proposed from data."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from zenml import save_artifact
from zenml.integrations.pandas.materializers.pandas_materializer import PandasMaterializer

from governance.steps import DataContract, GateConfigurationError, validate_data_quality
from governance.steps._cli import main
from governance.steps._profile import profile_frame
from governance.steps._proposal import proposed_contract
from governance.steps._rounding import fewest_rows, outward, with_headroom
from governance.steps._sensitive import is_sensitive_name

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(command: Run) -> Run:
    """Run `profile` in a folder of its own: its exit code, output and errors."""
    return partial(command, "profile")


def customers(rows: int = 400) -> pd.DataFrame:
    numbers = np.arange(rows)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "customer": [f"c-{number}" for number in numbers],
            "first name": ["Anna", "Ben"] * (rows // 2),
            "contact": ["anna@example.com", "ben@example.com"] * (rows // 2),
            "plan": ["basic", "plus", "pro", None] * (rows // 4),
            "score": np.where(numbers % 40 == 0, np.nan, numbers / 7),
            "visits": numbers % 37,
            "ratio": np.where(numbers == 3, np.inf, 0.5),
            "signed": pd.Timestamp("2019-05-17 08:00") + pd.to_timedelta(numbers, "D"),
            "active": numbers % 2 == 0,
            "mixed": [1, "one"] * (rows // 2),
            "none": [None] * rows,
            7: numbers,
        }
    )
    return frame


def proposed(frame: pd.DataFrame, *, values: bool = True) -> str:
    return proposed_contract(profile_frame(frame), "data", values=values)


def test_proposal_says_what_was_seen(snapshot: SnapshotAssertion) -> None:
    """A proposal has limits with room, each column with a comment, and no personal value."""
    text = proposed(customers())
    assert text == snapshot
    assert not [word for word in ("Anna", "example.com", "c-1") if word in text]


def test_proposal_without_values_has_none(snapshot: SnapshotAssertion) -> None:
    """Asked to leave out values, no range and no list of values is in the proposal."""
    assert proposed(customers(), values=False) == snapshot


def test_file_is_proposed_and_passes(run: Run) -> None:
    """What `profile` writes is a contract that `check` passes with the same data."""
    customers().drop(columns=["mixed", "none", 7]).to_parquet("customers.parquet")
    code, out, err = run("customers.parquet")
    assert (code, err) == (0, "")
    assert run("customers.parquet", "--output=customers.yaml") == (0, "", "")
    assert Path("customers.yaml").read_text("utf-8") == out
    assert main(["check", "customers.parquet", "--contract=customers.yaml"]) == 0
    assert "allowed" not in run("customers.parquet", "--no-values")[1]


def test_folder_is_proposed_from(run: Run) -> None:
    """All Parquet files of a folder are what a proposal is made from."""
    Path("data").mkdir()
    for number in range(2):
        pd.DataFrame({"age": range(100)}).to_parquet(f"data/{number}.parquet")
    code, out, _ = run("data")
    assert (code, "rows: {min: 100}" in out) == (0, True)


def test_artifact_is_proposed_from(run: Run) -> None:
    """An artifact has a proposal like a file."""
    data = customers().drop(columns=["mixed", 7])
    save_artifact(data, "customers_to_profile", materializer=PandasMaterializer)
    code, out, _ = run("artifact:customers_to_profile")
    assert code == 0
    assert out.startswith("# Proposed by governance-steps from artifact:customers_to_profile: 400")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"a": 1}, "Only a pandas DataFrame has a profile, found dict."),
        (pd.DataFrame(), "there are no rows or columns"),
        (pd.DataFrame({"a": []}), "there are no rows or columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "column names are there twice"),
    ],
    ids=["dict", "nothing", "no rows", "twice"],
)
def test_data_that_never_passes_has_no_proposal(data: object, told: str) -> None:
    """What no contract lets through is an error, and no contract."""
    with pytest.raises(GateConfigurationError, match=told):
        profile_frame(data)


def test_file_that_cannot_be_written_is_code_2(run: Run) -> None:
    """A proposal that has no place to go is one line and code 2."""
    Path("a.csv").write_text("a\n1\n")
    code, _, err = run("a.csv", "--output=none/a.yaml")
    assert (code, err) == (2, "none/a.yaml cannot be written: No such file or directory.\n")
    assert run("b.csv")[0] == 2


@pytest.mark.parametrize(
    "name",
    ["email", "E-Mail", "homePhone", "mobile_no", "IBAN", "ssn", "name", "lastName", "full_name",
     "street2", "billing_address", "zip", "DateOfBirth", "dob", "client_ip", "userToken", "user"],
)  # fmt: skip
def test_personal_names_are_known(name: str) -> None:
    """Columns that are called like personal data are taken for it."""
    assert is_sensitive_name(name)
    frame = pd.DataFrame({name: ["x1", "x2"] * 50, "plan": ["basic", "plus"] * 50})
    text = proposed(frame)
    assert "x1" not in text
    assert "allowed: [basic, plus]" in text
    numbers = proposed(pd.DataFrame({name: [123.5, 4567.5] * 50}))
    assert "min:" not in numbers.partition("columns:")[2]


@pytest.mark.parametrize("name", ["plan", "carrier", "tailnum", "origin", "shipment", "zipper"])
def test_other_names_are_not_personal(name: str) -> None:
    """A column is not taken for personal because a part of its name sounds like it."""
    assert not is_sensitive_name(name)


@pytest.mark.parametrize(
    "value", ["anna@example.com", "DE89 3704 0044", "+49 30 1234567", "4111-1111-1111-1111",
              "https://a.b"],
)  # fmt: skip
def test_personal_text_is_not_written(value: str) -> None:
    """Few distinct values are not listed if one looks like an address, account or number."""
    frame = pd.DataFrame({"note": ["none", value] * 50})
    assert value not in proposed(frame)
    assert "looks personal" in proposed(frame)


def test_near_unique_text_is_not_listed() -> None:
    """Values of few rows each, many values, or long ones are not written out."""
    few = pd.DataFrame({"a": [f"v{n}" for n in range(30)]})
    many = pd.DataFrame({"a": [f"v{n % 21}" for n in range(2_100)]})
    long = pd.DataFrame({"a": ["v" * 41, "w"] * 50})
    hidden = pd.DataFrame({"a": ["v\n", "w"] * 50})
    assert not [one for one in (few, many, long, hidden) if "allowed" in proposed(one)]


def test_columns_without_a_value_have_no_limits() -> None:
    """Text that is missing throughout, and blocks of numbers without one, are no obstacle."""
    texts = pd.Series([None] * 40_000, dtype=pd.ArrowDtype(pa.string()))
    numbers = pd.Series([np.nan] * 39_999 + [0.5])
    text = proposed(pd.DataFrame({"a": texts, "b": numbers, "c": [np.nan] * 40_000}))
    assert "  a: {dtype: text, missing: 1}" in text
    assert "  b: {dtype: number, missing: 1, min: 0.5, max: 0.5, finite: true}" in text
    assert "  c: {dtype: number, missing: 1}" in text


def test_categories_that_no_row_has_are_not_listed() -> None:
    """Of a column of categories, the values that are there are listed, and no others."""
    plans = pd.Categorical(["plus", "basic"] * 50, categories=["basic", "secret", "plus"])
    text = proposed(pd.DataFrame({"plan": plans}))
    assert "allowed: [basic, plus]" in text
    assert "secret" not in text


def test_names_that_yaml_has_no_key_for_are_left_out() -> None:
    """A label that is no text, or too long for a key, is counted and not described."""
    frame = pd.DataFrame({"x" * 1_200: [1.5] * 5, "": [1.5] * 5, "a\nb": [1.5] * 5})
    text = proposed(frame)
    assert "# columns whose names are no text, left out: 1" in text
    assert "# columns whose names are too long, left out: 1" in text
    assert '  "a\\nb": {dtype: number' in text
    assert "columns:" not in proposed(frame[["x" * 1_200]])


# Times of a column without a time zone.
_FIRST, _LAST = datetime(1700, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 (as said)

cells: dict[str, tuple[st.SearchStrategy[Any], list[Any]]] = {
    "integers": (st.integers(-(2**63), 2**63 - 1), ["int64", "Int64", pd.ArrowDtype(pa.int64())]),
    "small": (st.integers(0, 3), ["int8", "uint64", "category", object, "UInt8"]),
    "floats": (
        st.floats(allow_nan=True),
        ["float64", "Float64", object, pd.ArrowDtype(pa.float64()), "category"],
    ),
    "narrow": (st.floats(width=32), ["float32"]),
    "huge": (st.integers(), [object]),
    "bools": (st.booleans(), ["bool", "boolean", pd.ArrowDtype(pa.bool_())]),
    "texts": (
        st.text(max_size=4) | st.sampled_from(["yes", "1", "~", "a: b", "#", "=", "2020-01-01"]),
        [object, "string[python]", "string[pyarrow]", "category", pd.ArrowDtype(pa.string())],
    ),
    "few": (st.sampled_from(["yes", "null", "1e3", "é", "- a", "0x1", "", " "]), [object]),
    "times": (
        st.datetimes(_FIRST, _LAST),
        ["datetime64[ns]", "datetime64[us]", "datetime64[ns, UTC]", "category", object],
    ),
    "far": (st.datetimes(), [pd.ArrowDtype(pa.timestamp("us")), "datetime64[s]"]),
    "dates": (st.dates(date(1, 1, 1)), [pd.ArrowDtype(pa.date32()), object]),
    "mixed": (st.sampled_from([1, "a", 2.5, True, (1,)]), [object]),
    "decimals": (st.decimals(allow_nan=False, allow_infinity=False, places=2), [object]),
}
_WHOLE = {"int64", "int8", "uint64", "bool"}


@st.composite
def columns(draw: st.DrawFn, rows: int) -> "pd.Series[Any]":
    values, dtypes = cells[draw(st.sampled_from(sorted(cells)))]
    dtype = draw(st.sampled_from(dtypes))
    times = draw(st.sampled_from([1, 12]))  # so that values of many rows each are met
    distinct = draw(st.lists(values, min_size=1, max_size=rows))
    listed = (distinct * rows * times)[: rows * times]
    if str(dtype) not in _WHOLE and draw(st.booleans()):
        listed = [None, *listed[1:]]
    drawn: pd.Series[Any] = pd.Series(listed, dtype=object)
    kept: pd.Series[Any] = drawn if dtype is object else drawn.astype(dtype)
    return kept


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(1, 12))
    names = st.text(min_size=1, max_size=6) | st.sampled_from(["on", "1", "a: b", "? x", "email"])
    labels = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    series = {label: draw(columns(rows)) for label in labels}
    shortest = min(map(len, series.values()))
    cut: pd.DataFrame = pd.DataFrame({name: one.iloc[:shortest] for name, one in series.items()})
    return cut


@given(frame=frames(), values=st.booleans())
def test_data_passes_what_is_proposed_from_it(
    tmp_path_factory: pytest.TempPathFactory, *, frame: pd.DataFrame, values: bool
) -> None:
    """Whatever the data, it passes the contract proposed from it, read back from a file."""
    file = tmp_path_factory.getbasetemp() / "proposed.yaml"
    file.write_text(proposed(frame, values=values), "utf-8")
    contract = DataContract.from_file(file)
    assert set(contract.columns) == set(frame.columns)
    validate_data_quality.entrypoint(frame, contract=contract)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e300))
def test_limits_lie_outside_and_not_far(least: float, distance: float) -> None:
    """Rounded limits enclose both numbers, with at most a tenth of their distance more."""
    most = max(least, min(least + distance, 1.7e308))
    limits = outward(least, most)
    if limits is None:
        assert max(abs(least), abs(most)) > 1e307
        return
    assert limits[0] <= least <= most <= limits[1]
    span = most - least or abs(least) or 1.0
    slack = span / 10 + abs(least) * 1e-15 + 1e-300
    assert least - limits[0] <= slack
    assert limits[1] - most <= slack


def test_figures_are_round() -> None:
    """Limits are figures that a reader would have chosen."""
    assert outward(3, 2_359) == (0, 2_400)
    assert outward(-0.0123, 0.98) == (-0.1, 1.0) or outward(-0.0123, 0.98) == (-0.02, 0.98)
    assert outward(5, 5) == (5, 5)
    assert outward(-1.7e308, 1.7e308) == (-1.7e308, 1.7e308)
    assert outward(0.0, 1.79e308 + 5e305) is None
    assert [fewest_rows(rows) for rows in (1, 3, 250, 336_776)] == [1, 1, 120, 160_000]
    assert [with_headroom(share) for share in (0, 0.001, 0.2, 0.99)] == [0, 0.02, 0.25, 1]
