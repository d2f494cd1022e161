"""Contracts: what they ask of a frame, as models, as files and as parameters of the gate."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion
from zenml import pipeline, step
from zenml.client import Client

from governance.steps import (
    DataContract,
    DataQualityError,
    Failure,
    GateConfigurationError,
    validate_data_quality,
)

pytestmark = pytest.mark.filterwarnings("ignore:Could not infer format:UserWarning")
NOW = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
FRAME = pd.DataFrame(
    {
        "id": ["c-1", "c-2", "c-3", "c-4"],
        "age": [31, 47, 52, 18],
        "city": ["Bern", "Bonn", "Bern", None],
        "start": [NOW - dt.timedelta(hours=number) for number in (9, 8, 7, 6)],
        "end": [NOW - dt.timedelta(hours=number) for number in (8, 7, 6, 5)],
        "paid": [1.5, 2.5, 3.5, float("inf")],
    }
)
WHOLE = """
rows: {min: 2, max: 4}
missing: 0.1
duplicates: 0
key: [id]
extra_columns: false
ordered: true
columns:
  id: {dtype: text, missing: 0, pattern: 'c-\\d+', length: {min: 3, max: 5}, unique: true}
  age: {dtype: number, min: 18, max: 52}
  city: {allowed: [Bern, Bonn], min_share: 0.3, max_share: 0.7}
  start: {dtype: datetime, min: 2020-01-01, max_age: 1d, order: increasing}
  end: {}
  paid: {finite: true, warn: [finite]}
compare:
  - {left: start, operator: "<", right: end}
"""


def failures(frame: pd.DataFrame, contract: Any, **rules: Any) -> tuple[Failure, ...]:
    try:
        returned = validate_data_quality.entrypoint(frame, contract=contract, **rules)
    except DataQualityError as error:
        return error.failures
    assert returned is frame
    return ()


@pytest.fixture
def whole(tmp_path: Path) -> DataContract:
    file = tmp_path / "contract.yaml"
    file.write_text(WHOLE, "utf-8")
    return DataContract.from_file(file)


def test_good_data_meets_its_contract(
    whole: DataContract, caplog: pytest.LogCaptureFixture
) -> None:
    """Data that meets every rule passes; a rule that only warns is told in the log."""
    with caplog.at_level("WARNING", "governance"):
        assert failures(FRAME, whole) == ()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert (
        "; warned, 1 of 31 checks: paid not in 1 of 4 rows (finite: finite)" in record.getMessage()
    )


def test_each_broken_rule_is_told_with_its_rows(
    whole: DataContract, snapshot: SnapshotAssertion
) -> None:
    """Every rule that is broken is in the one error, with the count and the first rows."""
    frame = pd.concat([FRAME, FRAME.iloc[[0]]], ignore_index=True)
    frame["age"] = [17, 47, 53, 18, 17]
    frame["city"] = ["Bern", "Basel", None, None, "Bern"]
    frame.loc[3, "id"] = None
    frame["start"] = frame["start"].iloc[::-1].to_numpy()
    frame["start"] -= pd.Timedelta(days=30)
    frame.loc[1, "end"] = pd.Timestamp("2019-01-01")
    frame = frame.astype({"age": float, "paid": object})
    frame.loc[2, "paid"] = "much"
    frame["extra"] = 1
    frame = frame[["age", "id", "city", "start", "end", "paid", "extra"]]
    with pytest.raises(DataQualityError) as caught:
        validate_data_quality.entrypoint(frame, contract=whole)
    told = [line for line in str(caught.value).splitlines() if "freshness" not in line]
    assert "\n".join(told) == snapshot


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ({"rows": {"min": 1, "max": 3}}, ("max_rows", None, 3, 4)),
        ({"columns": {"Age": {"min": 1, "max": 9}}}, ("required_columns", "Age")),
        ({"columns": {"AGE": {}}}, ("required_columns", "AGE")),
        ({"columns": {"income": {}}}, ("required_columns", "income", "present", "absent")),
        ({"key": ["age", "zip"]}, ("required_columns", "zip", "present", "absent")),
        ({"columns": {"age": {"dtype": "text"}}}, ("dtype", "age", "text", "integer")),
        ({"columns": {"city": {"missing": 0.2}}}, ("max_column_missing_fraction", "city", 0.2)),
        ({"columns": {"city": {"max_share": 0.5}}}, ("max_value_share", "city", 0.5, 2 / 3)),
        ({"columns": {"age": {"max": 50}}}, ("range", "age", "at most 50", "not in 1 of 4 rows")),
        ({"columns": {"id": {"length": {"max": 2}}}}, ("length", "id", "at most 2 characters")),
        ({"columns": {"id": {"length": {"min": 4}}}}, ("length", "id", "at least 4 characters")),
        ({"columns": {"age": {"pattern": "x"}}}, ("pattern", "age", "like x", "unknown: integer,")),
        ({"columns": {"end": {"max_age": "1h"}}}, ("freshness", "end", "at most 1:00:00 old")),
        ({"extra_columns": False, "columns": {"id": {}}}, ("no_extra_columns", "age")),
        ({"ordered": True, "columns": {"age": {}, "id": {}}}, ("column_order", "age")),
        (
            {"compare": [{"left": "end", "operator": "<", "right": "start"}]},
            ("comparison", "end", "< start", "not in 4 of 4 rows"),
        ),
        (
            {"columns": {"id": {"allowed": [f"value {n}" for n in range(9)]}}},
            ("allowed", "id", "one of 'value 0', 'value 1', 'value 2', 'value 3', 'value..."),
        ),
    ],
    ids=str,
)
def test_rule_of_a_contract(contract: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """Each key of a contract asks for what the README says."""
    found = failures(FRAME, {"rows": {"min": 1}, **contract})[0]
    fields = (found.check, found.subject, found.required, found.found)
    for field, value in zip(fields, expected, strict=False):
        assert str(field).startswith(str(value))


def test_age_of_times_to_come_and_of_none() -> None:
    """A newest time in the future is no age; a column without any time is never fresh."""
    contract = {"rows": {"min": 1}, "columns": {"t": {"max_age": "0s"}}}
    frame = pd.DataFrame({"t": [NOW + dt.timedelta(days=2)]})
    assert failures(frame, contract) == ()
    none = pd.DataFrame({"t": pd.Series([None], dtype="datetime64[ns]")})
    told = {failure.check: failure.found for failure in failures(none, contract)}
    assert told["freshness"] == "no time at all"


def test_age_in_the_future_is_recorded_as_such() -> None:
    """A passed verdict says that the newest time is yet to come."""
    from governance.steps._requirement import told_seconds

    assert told_seconds(-86_400.0) == "1 day in the future"


def test_parameters_and_contract_count_together() -> None:
    """A contract replaces defaults that nobody chose; what was chosen is asked as well."""
    small = {"rows": {"min": 2}, "missing": 0.5}
    assert failures(FRAME, small) == ()
    assert [told.required for told in failures(FRAME, small, min_rows=5)] == [5]
    assert [told.check for told in failures(FRAME, {})] == ["min_rows"]
    assert [told.check for told in failures(FRAME, {"rows": {"max": 9}})] == ["min_rows"]


def test_absent_column_is_told_once_and_as_gravely_as_asked() -> None:
    """However many checks name an absent column, it is one failure."""
    columns = {"zip": {"dtype": "text", "pattern": "x", "warn": ["pattern"]}}
    contract = {"rows": {"min": 1}, "columns": columns, "key": ["zip"], "duplicates": 0}
    assert failures(FRAME, contract) == (Failure("required_columns", "zip", "present", "absent"),)
    pair = {"left": "zip", "operator": "<", "right": "age", "severity": "warn"}
    assert failures(FRAME, {"rows": {"min": 1}, "compare": [pair]}) == ()


def test_many_absent_columns_are_told_without_a_long_search() -> None:
    """Of thousands of absent columns, the first ones come with the name that was meant."""
    names: dict[str, Any] = {f"column_{number}_": {} for number in range(3_000)}
    frame = pd.DataFrame(1, index=range(2), columns=[f"column_{n}" for n in range(3_000)])
    found = failures(frame, {"rows": {"min": 1}, "columns": names})
    assert len(found) == 3_000
    assert sum("did you mean" in str(failure.found) for failure in found) == 20


def test_frame_without_rows_fails_for_that_alone() -> None:
    """Rules on cells say nothing about a frame that has none."""
    contract = {"columns": {"age": {"min": 0, "max_share": 0.5, "missing": 0}}, "duplicates": 0}
    assert [failure.check for failure in failures(FRAME.iloc[:0], contract)] == ["min_rows"]


WRONG = """
rows: {mn: 2, max: -1, min: 2.5}
missing: 10
warn: [key]
nonsense_beyond_recognition: 1
columns:
  id: {dtype: txt, pattern: '(', lengths: 3}
  age: 3
  one: {min: 5, max: 1}
  two: {min: 5, max: 2026-01-01}
  three: {min: .nan, max_age: soon, allowed: [], unique: "yes"}
  four: {length: {min: 3, max: 2}}
compare:
  - {left: age, operator: "~"}
"""


def test_every_wrong_key_is_told_at_once(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """An error about a file names it, every wrong key, what it holds and what it should."""
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, "utf-8")
    with pytest.raises(GateConfigurationError) as caught:
        DataContract.from_file(file)
    assert str(caught.value).replace(str(tmp_path), "") == snapshot


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"rows: [", "is no YAML: "),
        (b"columns: {a: {min: 1}, a: {max: 2}}", "the key 'a' is there twice"),
        (b"\xff", "cannot be read: it is not UTF-8."),
        (b"", "1 key is wrong.\n  the whole: found None, expected keys and values"),
        (b"- rows", "the whole: found list, expected keys and values"),
        (b"warn: [rows]", "names of rules given beside it"),
    ],
    ids=str,
)
def test_file_that_is_no_contract(tmp_path: Path, text: bytes, message: str) -> None:
    """Each kind of broken file is told for what it is, by the file's name."""
    file = tmp_path / "broken.yaml"
    file.write_bytes(text)
    with pytest.raises(GateConfigurationError) as caught:
        DataContract.from_file(file)
    assert "broken.yaml" in str(caught.value)
    assert message in str(caught.value)


def test_file_that_is_not_there() -> None:
    """The error says which file is missing."""
    with pytest.raises(GateConfigurationError, match=r"none\.yaml cannot be read: No such file"):
        DataContract.from_file("none.yaml")


def test_contract_survives_its_way_through_json(whole: DataContract) -> None:
    """ZenML passes parameters on as JSON: what comes back asks for the same."""
    again = DataContract.model_validate_json(whole.model_dump_json())
    told = [(check.kind, check.columns, check.severity) for check in again.checks()]
    assert told == [(check.kind, check.columns, check.severity) for check in whole.checks()]
    assert failures(FRAME, again) == ()


def test_what_is_no_contract_is_refused() -> None:
    """A path where a contract belongs is refused before any data is read."""
    with pytest.raises(GateConfigurationError, match="contract is no data contract"):
        failures(FRAME, "contract.yaml")


@step
def load_people() -> pd.DataFrame:
    frame: pd.DataFrame = FRAME.copy()
    return frame


@pipeline(enable_cache=False, name="people")
def people(contract: DataContract) -> None:
    validate_data_quality(load_people(), contract=contract)


@pipeline(enable_cache=False, name="configured_people")
def configured_people() -> None:
    validate_data_quality(load_people())


def test_contract_is_a_parameter_of_the_step(whole: DataContract) -> None:
    """A pipeline takes a contract, and the step run's metadata has every check with its figures."""
    run: Any = people(whole)
    gate = Client().get_pipeline_run(run.id).steps["validate_data_quality"]
    verdict: Any = gate.run_metadata["governance.data_quality"]
    assert verdict["verdict"] == "passed"
    assert verdict["checks"][0] == {
        "check": "finite",
        "subject": "paid",
        "required": "finite",
        "found": "not in 1 of 4 rows",
        "count": 1,
        "rows": [3],
        "passed": False,
        "severity": "warn",
    }


def test_contract_comes_from_a_run_configuration(tmp_path: Path) -> None:
    """A run configuration file sets the contract, and a broken one stops before any step runs."""
    config = tmp_path / "run.yaml"
    text = "steps: {validate_data_quality: {parameters: {contract: %s}}}"
    config.write_text(text % "{rows: {min: 1}, columns: {age: {max: 50}}}", "utf-8")
    with pytest.raises(RuntimeError, match="fail"):
        configured_people.with_options(config_path=str(config))()
    run = Client().list_pipeline_runs(pipeline="configured_people", sort_by="desc:created")[0]
    verdict: Any = run.steps["validate_data_quality"].run_metadata["governance.data_quality"]
    assert [row["check"] for row in verdict["checks"] if not row["passed"]] == ["range"]

    config.write_text(text % "{rows: {mn: 1}}", "utf-8")
    with pytest.raises(Exception, match=r"rows\.mn: found 1, expected no such key"):
        configured_people.with_options(config_path=str(config))()
    assert Client().list_pipeline_runs(pipeline="configured_people").total == 1
