"""The data gate's report: an HTML page and JSON, as artifacts of the step."""

import json
from datetime import datetime, timezone
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion
from zenml import pipeline, step
from zenml.client import Client

from governance.steps import DataContract, DataQualityError, validate_data_quality
from governance.steps._about import About
from governance.steps._check import Check
from governance.steps._data_report import data_report
from governance.steps._distribution import distribution_of
from governance.steps._export import data_export
from governance.steps._extract import MOST_ROWS, sample_of
from governance.steps._fact import FrameFacts
from governance.steps._judgement import judge_frame
from governance.steps._measurement import measure_frame
from governance.steps._verdict import Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
ABOUT = About(NOW, "1.1.0", run="churn-1", pipeline="churn", step="validate_data_quality")
SCHEMA = json.loads(files("governance.steps").joinpath("data_report.schema.json").read_text())
VOID = {"meta", "path"}


class Reader(HTMLParser):
    """Reads a page: its text line by line, and that all its tags are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.lines: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"tr", "h1", "h2", "p", "div"}:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.lines and "style" not in self.open and data.strip():
            self.lines[-1] += " | " * bool(self.lines[-1]) + " ".join(data.split())


def judged(frame: pd.DataFrame, contract: dict[str, Any]) -> tuple[Verdict, FrameFacts]:
    checks = list(DataContract.of(contract).checks())
    facts = measure_frame(frame, checks, NOW)
    return judge_frame(checks, facts), facts


def report(frame: pd.DataFrame, contract: dict[str, Any], about: About = ABOUT) -> str:
    verdict, facts = judged(frame, contract)
    sensitive = DataContract.of(contract).sensitive_columns
    return data_report(verdict, facts, about, sample_of(frame), sensitive)


def customers(rows: int = 1_000) -> pd.DataFrame:
    numbers = np.arange(rows)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "customer": [f"c-{number}" for number in numbers],
            "age": np.where(numbers % 10 == 0, np.nan, 18.0 + numbers % 80),
            "plan": np.where(numbers % 7 == 0, "free", "pro"),
            "signed": pd.date_range("2020-01-01", periods=rows, freq="D"),
            "visits": pd.to_timedelta(numbers, unit="s"),
            "salary": 54_321.5 + numbers,
            "active": numbers % 3 == 0,
            "note": [None] * rows,
        }
    )
    return frame


CONTRACT = {
    "rows": {"min": 100},
    "key": ["customer"],
    "duplicates": 0,
    "columns": {
        "age": {"dtype": "number", "min": 18, "max": 90, "missing": 0.05},
        "plan": {"allowed": ["basic", "pro"], "max_share": 0.5, "warn": ["max_share"]},
        "salary": {"finite": True, "sensitive": True},
    },
}


def test_report_tells_the_verdict(snapshot: SnapshotAssertion) -> None:
    """The page says what was missed, what the columns are like, and what passed."""
    assert Reader(report(customers(), CONTRACT)).lines == snapshot


def test_passed_reports(snapshot: SnapshotAssertion) -> None:
    """A verdict without failures is told as passed, with its warnings if it has any."""
    warned = report(customers(), {"missing": 0.01, "warn": ["missing"]}, About(NOW, "1", "x.csv"))
    one = data_report(
        Verdict(judge_frame([], FrameFacts(0, (), ())).outcomes[1:]),
        FrameFacts(0, (), ()),
        ABOUT,
        pd.DataFrame(),
    )
    told = [Reader(page).lines[:8] for page in (warned, one, report(customers(), {}))]
    assert told == snapshot


def test_sensitive_column_shows_nothing_of_its_values() -> None:
    """Of a column that the contract calls sensitive, neither extremes nor a chart are there."""
    open_to_all: dict[str, Any] = {"columns": {"salary": {}}}
    assert "Distribution from 5.4" in report(customers(), open_to_all)
    hidden = report(customers(), CONTRACT)
    assert "Distribution from 5.4" not in hidden
    assert "not shown, sensitive" in hidden


def test_no_text_of_a_cell_is_in_the_report() -> None:
    """No cell of text, and no single number of few, comes into the page or the JSON."""
    frame = pd.DataFrame({"name": ["Ada Lovelace"] * 9, "pay": [123_457.0] * 8 + [765_431.0]})
    contract = {"columns": {"name": {"pattern": "x", "allowed": ["y"]}, "pay": {"max": 1}}}
    verdict, facts = judged(frame, contract)
    told = report(frame, contract) + json.dumps(data_export(verdict, facts, ABOUT))
    assert not [
        secret for secret in ("Lovelace", "123457", "765431", "1.23", "7.65") if secret in told
    ]


def test_hostile_names_stay_text() -> None:
    """Names of columns, files and runs, and figures of checks, cannot become markup."""
    trick = "</td><script>alert(1)</script>"
    frame = customers().rename(columns={"age": trick, "salary": "a\x00b"})
    about = About(NOW, "1", trick, trick, trick, trick)
    page = report(frame, {"columns": {trick: {"allowed": [trick]}, "gone" + trick: {}}}, about)
    assert Reader(page).tags.isdisjoint({"script", "img", "iframe", "link", "object", "a"})
    assert "&lt;script&gt;" in page
    assert "\x00" not in page


def test_page_stays_small() -> None:
    """10,000 columns with long names, each missing a rule, make a page below 200 kB."""
    rng = np.random.default_rng(0)
    names = [f"column_{number}_" + "<" * 90 for number in range(10_000)]
    frame = pd.DataFrame(rng.normal(size=(200, 10_000)), columns=names)
    page = report(frame, {"columns": {name: {"max": 0} for name in names}})
    assert 100_000 < len(page.encode()) < 200_000
    assert "9,940 more checks not shown here" in page
    assert "9,900 more columns not shown here" in page


def test_failed_columns_come_first_where_not_all_are_shown() -> None:
    """Of many columns, one at the end that misses a rule is on the page."""
    frame = pd.DataFrame(np.zeros((100, 500)), columns=[f"c{number}" for number in range(500)])
    lines = Reader(report(frame, {"columns": {"c499": {"min": 1}}})).lines
    listed = [line for line in lines if line.startswith("c") and "float" in line]
    assert listed[0].startswith("c499 ")
    assert listed[1].startswith("c0 ")


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame(index=range(3)), customers(0)])
def test_empty_frames_have_a_report(frame: pd.DataFrame) -> None:
    """Without rows or columns the page says so, and the JSON is valid."""
    verdict, facts = judged(frame, {"rows": {"min": 1}})
    assert "Refused" in report(frame, {"rows": {"min": 1}})
    jsonschema.validate(data_export(verdict, facts, ABOUT), SCHEMA)


def test_export_follows_the_published_schema(snapshot: SnapshotAssertion) -> None:
    """The JSON has the shape that the schema describes, and this very content."""
    frame = pd.concat([customers(3), customers(1)])
    verdict, facts = judged(frame, CONTRACT)
    export = data_export(verdict, facts, ABOUT)
    jsonschema.validate(export, SCHEMA)
    json.dumps(export, allow_nan=False)
    assert export == snapshot
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**export, "verdict": "maybe"}, SCHEMA)


def test_export_of_a_file_names_it() -> None:
    """Outside of a run the JSON says what was judged instead of where."""
    verdict, facts = judged(customers(), {})
    export = data_export(verdict, facts, About(NOW, "1.1.0", "flights.parquet"))
    jsonschema.validate(export, SCHEMA)
    assert (export["subject"], export["run"]) == ("flights.parquet", None)


NUMBERS = np.arange(1_000)
BEYOND = np.array(["9999-12-31"] * 50 + ["0001-01-01"] * 50, dtype="datetime64[s]")


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        (pd.Series(NUMBERS), "9.99", "989"),
        (pd.Series(NUMBERS / 1e9), "9.99e-09", "9.89e-07"),
        (pd.Series(NUMBERS, dtype="Int64"), "9.99", "989"),
        (pd.Series(NUMBERS, dtype="float32[pyarrow]"), "9.99", "989"),
        (pd.Series(pd.to_timedelta(NUMBERS, unit="s")), "9.99 s", "989 s"),
        (pd.Series(pd.date_range("2020-01-01", periods=1_000)), "2020-01-10", "2022-09-16"),
        (pd.Series(BEYOND), "0001-01-01", "9999-12-31"),
        (pd.Series(NUMBERS % 4 == 0), "false", "true"),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, pd.Series) else value,
)
def test_ends_of_a_distribution(column: "pd.Series[Any]", low: str, high: str) -> None:
    """A chart counts every value, and its ends are told in the column's own terms."""
    told = distribution_of(column)
    assert told is not None
    assert (told.low, told.high) == (low, high)
    assert sum(told.counts) == len(column)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a"] * 99),
        pd.Series(["a"] * 99, dtype="category"),
        pd.Series(np.arange(19)),
        pd.Series([1.0] * 99),
        pd.Series([np.inf, np.nan] * 99),
        pd.Series(pd.period_range("2020", periods=99)),
        pd.Series([], dtype=float),
    ],
    ids=["text", "categories", "few", "constant", "no finite ones", "periods", "none"],
)
def test_no_distribution(column: "pd.Series[Any]") -> None:
    """Text, few values and a single one have no chart: it would tell cells, or nothing."""
    assert distribution_of(column) is None


def test_stray_value_flattens_no_chart() -> None:
    """One value far away counts in the last bar, and the others keep their shape."""
    told = distribution_of(pd.Series([*range(1_000), 10**12]))
    assert told is not None
    assert float(told.high) < 1_000
    assert min(told.counts) > 10


def test_sample_is_spread_over_the_frame() -> None:
    """A long frame is sampled from its first row to its last."""
    rows = sample_of(pd.DataFrame({"x": range(100_003)}))["x"]
    assert (len(rows), rows.iloc[0], rows.iloc[-1]) == (MOST_ROWS, 0, 100_002)
    assert rows.diff().dropna().between(10, 11).all()


@step
def load_customers(rows: int) -> pd.DataFrame:
    return customers(rows)


def gated(rows: int = 200) -> None:
    validate_data_quality(load_customers(rows), max_missing_fraction=0.5)


static_report = pipeline(enable_cache=False, name="static_report")(gated)
dynamic_report = pipeline(enable_cache=False, name="dynamic_report", dynamic=True)(gated)


@pytest.mark.parametrize("pipe", [static_report, dynamic_report], ids=["static", "dynamic"])
@pytest.mark.parametrize(("rows", "verdict"), [(200, "passed"), (50, "failed")])
def test_step_has_its_report(pipe: Any, rows: int, verdict: str) -> None:
    """A gate's step has the report and the JSON as artifacts, also where it refuses."""
    if verdict == "passed":
        pipe(rows)
    else:
        with pytest.raises((RuntimeError, DataQualityError)):
            pipe(rows)
    run = Client().list_pipeline_runs(pipeline=pipe.name, sort_by="desc:created")[0]
    outputs = run.steps["validate_data_quality"].outputs
    (report_artifact,) = outputs["data_quality_report"]
    (verdict_artifact,) = outputs["data_quality_verdict"]
    assert [v.type.value for v in report_artifact.visualizations or []] == ["html"]
    Reader(report_artifact.load())
    export = json.loads(verdict_artifact.load())
    jsonschema.validate(export, SCHEMA)
    assert export["verdict"] == verdict
    assert export["run"] == {
        "name": run.name,
        "pipeline": pipe.name,
        "step": "validate_data_quality",
    }


def test_check_of_no_column_is_counted_as_none() -> None:
    """A check on an absent column marks no other column as failed."""
    frame = customers(100)
    checks = [Check("required_columns", ("gone",))]
    facts = measure_frame(frame, checks, NOW)
    page = data_report(judge_frame(checks, facts), facts, ABOUT, frame)
    assert "1 check failed" in page
    assert "missed</span>" not in page
