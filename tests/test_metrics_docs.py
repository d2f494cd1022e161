"""The documentation of metrics, its dashboards and its alerts are about what the code emits."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.hooks._evidence import Gate
from governance.hooks._last_run import GAUGES, last_run
from governance.hooks._measurement import METRICS, RunFacts, StepFacts, measurements, summary
from tools.component import ROOT

FOLDER = ROOT / "docs" / "metrics"
TEXT = (ROOT / "docs" / "METRICS.md").read_text("utf-8")
WAYS = ["otlp", "pushgateway"]
RUN = RunFacts(
    "train",
    "train-1",
    "0b5e",
    "failure",
    datetime(2026, 1, 2, tzinfo=timezone.utc),
    duration=1,
    environment="prod",
    stack="k8s",
    steps=(StepFacts("fit", "failure", 1, gates=(Gate("data", "passed"),)),),
)
COMMON = {"cicd.pipeline.name", "deployment.environment.name", "zenml.stack.name"}
# What a histogram, a counter and a gauge are called in Prometheus, behind the name and unit.
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def rows(heading: str) -> list[list[str]]:
    """Read the table whose first line begins like this."""
    lines = TEXT[TEXT.index(heading) :].splitlines()[2:]
    table = lines[: lines.index("")] if "" in lines else lines
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def dashboard(way: str) -> Any:
    return json.loads((FOLDER / f"grafana-{way}.json").read_text("utf-8"))


def expressions(way: str) -> Iterator[str]:
    """Give each PromQL expression of a dashboard, with its variables filled in."""
    for panel in dashboard(way)["panels"]:
        for target in panel["targets"]:
            filled = target["expr"].replace("$__rate_interval", "5m").replace("$__range", "7d")
            yield re.sub(r"\$\w+", ".*", filled)


def rules(way: str) -> Any:
    (group,) = yaml.safe_load((FOLDER / f"alerts-{way}.yaml").read_text("utf-8"))["groups"]
    return group["rules"]


def in_prometheus() -> dict[str, set[str]]:
    """Name all that Prometheus may hold, by way."""
    sent = set()
    for metric in METRICS:
        unit = "_seconds" if metric.unit == "s" else ""
        base = metric.name.replace(".", "_") + unit
        sent |= {base + suffix for suffix in SUFFIXES[metric.kind]}
    return {"otlp": sent, "pushgateway": {metric.name for metric in GAUGES}}


def test_table_of_metrics_is_the_code_s() -> None:
    """The documentation lists each metric with kind, unit, meaning and attributes."""
    attributes: dict[str, set[str]] = {}
    for one in measurements(RUN):
        attributes.setdefault(one.metric.name, set()).update(set(one.attributes) - COMMON)
    told = [
        (names(name)[0], kind, names(unit)[0], meaning, names(cell))
        for name, kind, unit, meaning, cell in rows("| Metric |")
    ]
    assert told == [
        (m.name, m.kind, m.unit, m.description, sorted(attributes[m.name])) for m in METRICS
    ]
    assert all(f"`{name}`" in TEXT for name in COMMON)


def test_table_of_gauges_is_the_code_s() -> None:
    """The documentation lists each gauge of a Pushgateway with meaning and labels."""
    labels = {one.metric.name: sorted(one.attributes) for one in last_run(RUN)}
    told = [(names(name)[0], meaning, names(cell)) for name, meaning, cell in rows("| Gauge |")]
    assert told == [(m.name, m.description, labels.get(m.name, [])) for m in GAUGES]


def test_keys_on_the_run_are_the_code_s() -> None:
    """The documentation lists the keys that a run's metadata has."""
    _, (_, cell) = rows("| On |")
    assert sorted(names(cell)) == sorted(summary(RUN))


def test_links_lead_somewhere() -> None:
    """What the documentation links to exists."""
    targets = re.findall(r"\]\(([^)#]+)", TEXT)
    assert [path for path in targets if not (ROOT / "docs" / path).exists()] == []


@pytest.mark.parametrize("way", WAYS)
def test_dashboards_can_be_imported(way: str) -> None:
    """A dashboard leaves the choice of the data source to whoever imports it."""
    board = dashboard(way)
    source, *variables = board["templating"]["list"]
    assert (source["type"], source["name"]) == ("datasource", "datasource")
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert all(one["datasource"] == chosen for one in [*variables, *board["panels"]])
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids) > 5
    assert all(panel["title"] and panel["description"] for panel in board["panels"])


@pytest.mark.parametrize("way", WAYS)
def test_panels_do_not_overlap(way: str) -> None:
    """The panels of a dashboard stand beside each other."""
    taken: set[tuple[int, int]] = set()
    for panel in dashboard(way)["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not taken & cells
        taken |= cells


@pytest.mark.parametrize("way", WAYS)
def test_dashboards_and_rules_ask_for_what_is_emitted(way: str) -> None:
    """Each metric that a dashboard or a rule names is one that the code emits on that way."""
    variables = dashboard(way)["templating"]["list"][1:]
    asked = [*expressions(way), *(one["definition"] for one in variables)]
    asked += [rule["expr"] for rule in rules(way)]
    told = {name for expr in asked for name in re.findall(r"\b(?:cicd|zenml|governance)_\w+", expr)}
    labels = {name.replace(".", "_") for one in measurements(RUN) for name in one.attributes}
    known = in_prometheus()[way]
    assert told - known - (labels if way == "otlp" else set()) == set()
    assert len(told & known) >= 5


@pytest.mark.parametrize("way", WAYS)
def test_rules_say_what_to_do(way: str) -> None:
    """Each alert has a severity, a summary, a description and a hint what to do."""
    assert sorted(rule["alert"] for rule in rules(way)) == [
        "GateFailing",
        "NoPipelineReports",
        "PipelineRunFailed",
        "PipelineSlow",
        "PipelineWithoutSuccess",
    ]
    for rule in rules(way):
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook"}


@pytest.mark.parametrize("way", WAYS)
def test_prometheus_takes_the_queries(
    way: str, debian_program: Callable[[str, str], str], tmp_path: Path
) -> None:
    """Prometheus' own tool parses each query of the dashboard, and each rule."""
    recorded = [{"record": f"r{n}", "expr": expr} for n, expr in enumerate(expressions(way))]
    queries = tmp_path / "queries.yaml"
    queries.write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": recorded}]}), "utf-8")
    checked(debian_program, "check", "rules", queries, FOLDER / f"alerts-{way}.yaml")


@pytest.mark.parametrize("way", WAYS)
def test_rules_fire_when_they_should(way: str, debian_program: Callable[[str, str], str]) -> None:
    """On values over time, each alert fires and clears when it should."""
    file = ROOT / "tests" / "alert_rules" / f"{way}.yaml"
    cases = yaml.safe_load(file.read_text("utf-8"))["tests"]
    fired = {
        one["alertname"]
        for case in cases
        for one in case["alert_rule_test"]
        if one.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in rules(way)}
    checked(debian_program, "test", "rules", file)


def checked(find: Callable[[str, str], str], *arguments: str | Path) -> None:
    command = [find("promtool", "prometheus"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
