"""Platform floors: a pipeline may be stricter, never laxer."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from zenml import pipeline, step
from zenml.client import Client
from zenml.models import PipelineRunResponse

from governance.steps import (
    DataContract,
    DataQualityError,
    GateConfigurationError,
    ModelPerformanceError,
    _composition,
    validate_data_quality,
    validate_model_performance,
)
from governance.steps._cli import main

METRICS = {"accuracy": 0.85, "precision": 0.85, "recall": 0.85}

judge: Callable[..., Any] = validate_data_quality.entrypoint
judge_model: Callable[..., Any] = validate_model_performance.entrypoint


@contextmanager
def floors(**limits: Any) -> Iterator[None]:
    """Set floors in the environment."""
    variables = {f"GOVERNANCE_STEPS_{name}".upper(): str(value) for name, value in limits.items()}
    with mock.patch.dict(os.environ, variables):
        yield


@contextmanager
def as_composed_elsewhere() -> Iterator[None]:
    """Compose a pipeline as if there were no floors yet."""
    with mock.patch.object(_composition, "_in_step", return_value=True):
        yield


def people(rows: int = 200, missing: int = 0) -> pd.DataFrame:
    ages = [None] * missing + [30.5] * (rows - missing)
    frame: pd.DataFrame = pd.DataFrame({"age": ages, "id": range(rows)})
    return frame


@step
def load_people(rows: int = 200, missing: int = 0) -> pd.DataFrame:
    return people(rows, missing)


def newest_run(of: Any) -> PipelineRunResponse:
    return Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created").items[0]


@pytest.mark.parametrize(
    ("limits", "check"),
    [
        ({"min_rows": 201}, "min_rows"),
        ({"max_missing_fraction": 0.04}, "max_missing_fraction"),
        ({"max_column_missing_fraction": 0.09}, "max_column_missing_fraction"),
        ({"max_duplicate_fraction": 0}, "max_duplicate_fraction"),
        ({"required_columns": '["day"]'}, "required_columns"),
    ],
)
def test_default_is_raised_to_the_floor(limits: dict[str, Any], check: str) -> None:
    """What nobody chose is as strict as the platform asks, without a word about it."""
    frame = people(199, missing=20)
    frame = pd.concat([frame, frame.tail(1)])
    judge(frame)
    with floors(**limits), pytest.raises(DataQualityError) as caught:
        judge(frame)
    assert [failure.check for failure in caught.value.failures] == [check]


def test_stricter_rules_stay() -> None:
    """A pipeline that asks for more than the platform is asked for what it asks."""
    with floors(min_rows=150, max_missing_fraction=0.2, min_accuracy=0.5, min_recall=0.86):
        with pytest.raises(DataQualityError, match="at least 300"):
            judge(people(), min_rows=300)
        with pytest.raises(DataQualityError, match=r"at most 0\.01"):
            judge(people(missing=20), contract={"missing": 0.01})
        with pytest.raises(ModelPerformanceError) as caught:
            judge_model(METRICS, min_accuracy=0.9)
    assert [(one.check, one.required) for one in caught.value.failures] == [
        ("min_accuracy", 0.9),
        ("min_recall", 0.86),
    ]


LAX = {
    "min_rows": 10,
    "max_missing_fraction": 0.5,
    "max_column_missing_fraction": 0.6,
    "max_duplicate_fraction": 0.7,
    "contract": {
        "rows": {"min": 20},
        "missing": 0.3,
        "duplicates": 0.4,
        "columns": {"age": {"missing": 0.5}, "id": {"missing": 0.01}},
        "warn": ["missing"],
    },
}


def test_everything_laxer_is_told_at_once(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Parameters and keys below a floor are one error, with both values and the floor's origin."""
    file = tmp_path / "steps.toml"
    file.write_text("max_column_missing_fraction = 0.2\nmax_duplicate_fraction = 0\n")
    limits = {"config": file, "min_rows": 50, "max_missing_fraction": 0.2}
    with floors(**limits), pytest.raises(GateConfigurationError) as caught:
        judge(people(), **LAX)
    assert str(caught.value).replace(str(tmp_path), "/etc") == snapshot


def test_laxer_keys_of_many_columns_are_counted() -> None:
    """Of a contract with very many laxer keys the first are told, and how many more there are."""
    contract = {"columns": {f"c{number}": {"missing": 0.5} for number in range(30)}}
    with floors(max_column_missing_fraction=0.1), pytest.raises(GateConfigurationError) as caught:
        judge(people(), contract=contract)
    told = str(caught.value).splitlines()
    assert told[0] == "30 rules are laxer than the platform allows:"
    assert told[26] == "  ... and 5 more"


def test_minimums_below_the_floor_are_told_at_once(snapshot: SnapshotAssertion) -> None:
    """The model gate's minimums have floors too."""
    with floors(min_accuracy=0.8, min_precision=0.6, min_recall=0.75):
        with pytest.raises(GateConfigurationError) as caught:
            judge_model(METRICS, min_accuracy=0.6, min_precision=0.61, min_recall=0)
        judge_model(METRICS)
    assert str(caught.value) == snapshot


def test_clamped_rules_warn_and_the_floor_counts(
    caplog: pytest.LogCaptureFixture, snapshot: SnapshotAssertion
) -> None:
    """Where the platform clamps, each laxer rule is a warning, and the floor decides."""
    with floors(laxer="clamp", min_rows=150, max_missing_fraction=0.05, min_recall=0.86):
        judge(people(), min_rows=10, max_missing_fraction=0.5)
        told = [message for message in caplog.messages if "floor counts" in message]
        with pytest.raises(DataQualityError, match="at least 150"):
            judge(people(120), min_rows=10)
        with pytest.raises(DataQualityError, match=r"at most 0\.05"):
            judge(people(missing=30), contract={"missing": 0.4, "warn": ["missing"]})
        with pytest.raises(ModelPerformanceError, match=r"at least 0\.86"):
            judge_model(METRICS, min_recall=0.5)
    assert told == snapshot


def test_rule_that_only_warns_is_below_no_floor() -> None:
    """A contract's rule that only warns leaves the platform's floor an error."""
    contract = {"rows": {"min": 300}, "warn": ["rows"]}
    judge(people(), contract=contract)
    with floors(min_rows=250), pytest.raises(DataQualityError, match="at least 250"):
        judge(people(), contract=contract)


def missed(frame: pd.DataFrame, parameters: dict[str, Any]) -> set[tuple[str, str | None]]:
    try:
        judge(frame, **parameters)
    except DataQualityError as error:
        return {(failure.check, failure.subject) for failure in error.failures}
    return set()


shares = st.none() | st.sampled_from([0.0, 0.1, 0.25, 0.4, 1.0])
rows = st.integers(1, 8)
limits = st.fixed_dictionaries(
    {},
    optional={
        "min_rows": rows,
        "max_missing_fraction": shares.filter(lambda share: share is not None),
        "max_column_missing_fraction": shares,
        "max_duplicate_fraction": shares,
        "required_columns": st.lists(st.sampled_from("abc"), max_size=1),
    },
)
contracts = st.fixed_dictionaries(
    {},
    optional={
        "rows": st.fixed_dictionaries({"min": rows}),
        "missing": st.sampled_from([0.1, 0.5]),
        "duplicates": st.sampled_from([0.1, 0.5]),
        "columns": st.dictionaries(
            st.sampled_from("ab"), st.fixed_dictionaries({"missing": st.sampled_from([0.1, 0.5])})
        ),
    },
)
cells = st.sampled_from([None, 1.0, 2.0])


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8), limits, contracts, limits)
def test_floors_and_pipeline_both_hold(
    table: list[tuple[Any, Any]],
    parameters: dict[str, Any],
    contract: dict[str, Any],
    platform: dict[str, Any],
) -> None:
    """Data misses above floors what it misses without them, and what it misses of the floors."""
    frame = pd.DataFrame(table, columns=["a", "b"], dtype="float64")
    asked = {"contract": contract, **parameters}
    lax = {"min_rows": 1, "max_missing_fraction": 1.0}
    expected = missed(frame, asked) | missed(frame, lax | platform)
    told = {name: value for name, value in platform.items() if value is not None}
    told["required_columns"] = str(platform.get("required_columns", [])).replace("'", '"')
    with floors(laxer="clamp", **told):
        assert missed(frame, asked) == expected


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"min_rows": 10}, "min_rows"),
        ({"max_missing_fraction": 0.5}, "max_missing_fraction"),
        ({"max_column_missing_fraction": 0.5}, "max_column_missing_fraction"),
        ({"max_duplicate_fraction": 0.5}, "max_duplicate_fraction"),
        ({"contract": DataContract.of({"rows": {"min": 1}})}, "rows.min of the contract"),
    ],
)
def test_laxer_rule_is_refused_while_the_pipeline_is_composed(
    parameters: dict[str, Any], rule: str
) -> None:
    """A static pipeline that is laxer than the platform does not start."""

    @pipeline
    def composed() -> None:
        validate_data_quality(load_people(), **parameters)

    composed.prepare()
    limits = dict.fromkeys(
        ("max_missing_fraction", "max_column_missing_fraction", "max_duplicate_fraction"), 0.1
    )
    with floors(min_rows=50, **limits), pytest.raises(GateConfigurationError, match=rule):
        composed.prepare()
    with floors(min_rows=50, laxer="clamp", **limits):
        composed.prepare()


def test_laxer_minimum_is_refused_while_the_pipeline_is_composed() -> None:
    """The model gate's minimums are held against their floors as early."""

    @pipeline
    def composed() -> None:
        validate_model_performance(METRICS, min_recall=0.6)

    with floors(min_recall=0.65), pytest.raises(GateConfigurationError, match=r"found 0\.6"):
        composed.prepare()


@pipeline(name="floored", dynamic=True, enable_cache=False)
def floored() -> None:
    validate_data_quality(load_people(), min_rows=10, max_missing_fraction=0.5)


def test_clamp_is_in_the_metadata() -> None:
    """Which rules the platform's floor replaced is in the step run's metadata."""
    with floors(laxer="clamp", min_rows=20, max_missing_fraction=0.1):
        floored()
    told = (
        newest_run(floored).steps["validate_data_quality"].run_metadata["governance.data_quality"]
    )
    assert isinstance(told, dict)
    assert told["verdict"] == "passed"
    assert [line.partition(":")[0] for line in told["clamped"]] == [
        "min_rows",
        "max_missing_fraction",
    ]


def test_gate_refuses_what_was_composed_elsewhere() -> None:
    """A gate that meets its floors only as it runs tells all at once, and does not judge."""

    @pipeline(name="elsewhere", enable_cache=False)
    def elsewhere() -> None:
        validate_data_quality(load_people(), min_rows=10, max_missing_fraction=0.5)

    with (
        floors(min_rows=20, max_missing_fraction=0.1),
        as_composed_elsewhere(),
        pytest.raises(RuntimeError),
    ):
        elsewhere()
    gate = newest_run(elsewhere).steps["validate_data_quality"]
    assert "2 rules are laxer than the platform allows" in str(gate.exception_info)
    assert "governance.data_quality" not in gate.run_metadata


def test_bad_setting_stops_the_gate() -> None:
    """A floor that cannot be read is an error at the gate, not a gate without floors."""

    @pipeline(name="unreadable")
    def unreadable() -> None:
        validate_data_quality(load_people())

    with floors(min_rows="many"):
        with pytest.raises(GateConfigurationError, match="GOVERNANCE_STEPS_MIN_ROWS: "):
            unreadable()
        with as_composed_elsewhere(), pytest.raises(RuntimeError):
            unreadable()
    gate = newest_run(unreadable).steps["validate_data_quality"]
    assert "GOVERNANCE_STEPS_MIN_ROWS: " in str(gate.exception_info)


def test_cached_verdict_is_not_reused_below_a_new_floor() -> None:
    """The same data is judged again where the platform became stricter, and only then."""

    @pipeline(name="cached_below", enable_cache=True)
    def cached_below() -> None:
        data = validate_data_quality(load_people(rows=333))
        del data
        validate_model_performance(METRICS)

    def statuses(**limits: Any) -> list[str]:
        with floors(**limits):
            cached_below()
        run = newest_run(cached_below)
        names = ("load_people", "validate_data_quality", "validate_model_performance")
        return [str(run.steps[name].status) for name in names]

    assert statuses() == ["completed", "completed", "completed"]
    assert statuses() == ["cached", "cached", "completed"]
    assert statuses(min_rows=300) == ["cached", "completed", "completed"]
    assert statuses(min_rows=300) == ["cached", "cached", "completed"]
    with pytest.raises(RuntimeError):
        statuses(min_rows=400)
    assert newest_run(cached_below).steps["validate_data_quality"].status == "failed"


def test_command_has_the_platform_s_floors(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`check` judges above the same floors, and says which of them count."""
    file = tmp_path / "people.parquet"
    people(120).to_parquet(file)
    arguments = ["check", str(file), "--min-rows=10"]
    with floors(min_rows=150):
        assert main(arguments) == 2
        assert "min_rows: found 10, the platform asks for at least 150" in capsys.readouterr().err
    with floors(min_rows=110, laxer="clamp"):
        assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "The platform's floor counts:",
        "  min_rows: found 10, the platform asks for at least 110 (GOVERNANCE_STEPS_MIN_ROWS)",
    ]
