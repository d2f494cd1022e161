"""What the README of the gates says of parameters and keys, against the code."""

import importlib
import inspect
import re

import pytest
from zenml.materializers.materializer_registry import materializer_registry

from governance.steps import (
    DataContract,
    evaluate_classifier,
    evaluate_regressor,
    validate_data_quality,
    validate_model_performance,
)
from governance.steps._comparison import Champion
from governance.steps._engine import TYPES
from governance.steps._metric_rules import judge_metrics
from governance.steps._model_record import as_metadata
from governance.steps._model_rules import ModelRules
from governance.steps._proportion import rows_needed
from governance.steps._settings import DEFAULT_FILE, PREFIX, Settings, load
from tools.component import ROOT

README = (ROOT / "packages/governance-steps/README.md").read_text("utf-8")


def rows_of(header: str) -> list[list[str]]:
    """Return the cells of the table below a header line."""
    table = README.partition(header)[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]


def keys_of(header: str) -> list[str]:
    return [name for row in rows_of(header) for name in re.findall(r"`(\w+)`", row[0])]


@pytest.mark.parametrize(
    ("gate", "header"),
    [
        (evaluate_classifier, "| parameter | default | what it says |"),
        (validate_data_quality, "| parameter | default | the data passes with |"),
        (validate_model_performance, "| parameter | default | the model passes with |"),
    ],
)
def test_parameters_and_defaults(gate: object, header: str) -> None:
    """The table of a gate has its parameters in their order, with their defaults."""
    parameters = inspect.signature(gate.entrypoint).parameters  # type: ignore[attr-defined]
    told = [(row[0].strip("`"), row[1].strip("`")) for row in rows_of(header)]
    assert told == [
        (name, "" if parameter.default is parameter.empty else str(parameter.default))
        for name, parameter in parameters.items()
    ]


def test_both_evaluations_have_the_same_parameters() -> None:
    """A regression is measured as a classifier is, but for what is said of classes."""
    first, second = (
        {name: parameter.default for name, parameter in inspect.signature(of).parameters.items()}
        for of in (evaluate_classifier.entrypoint, evaluate_regressor.entrypoint)
    )
    assert second == {key: first[key] for key in first if key not in {"positive", "average"}}


def test_keys_of_a_contract() -> None:
    """The tables of a contract have exactly its keys."""
    assert set(keys_of("| key | the data passes with | told as |")) == set(
        DataContract.model_fields
    )
    parts = DataContract.model_json_schema()["$defs"]
    for header, part in (
        ("| key of a column | the column passes with | told as |", "ColumnContract"),
        ("| key of `reference` | the data passes with | told as |", "ReferenceContract"),
    ):
        assert set(keys_of(header)) == set(parts[part]["properties"])


def test_methods_and_defaults_of_drift() -> None:
    """The table of methods has each method, and says what the rule's default is."""
    drift = DataContract.model_json_schema()["$defs"]["DriftRule"]["properties"]
    header = "| `method` | what it measures | for | what chance does with few rows |"
    assert keys_of(header) == drift["method"]["enum"]
    assert f"`max` is {drift['max']['default']} where it is left out" in " ".join(README.split())


def test_engines() -> None:
    """The table of engines has every frame that the gate takes, and how ZenML stores it."""
    importlib.import_module("zenml.integrations.polars.materializers")  # as its integration does
    table = rows_of("| frame | first rows told | not held, and so a failed check |")
    stored = {row[0].strip("`"): row[3] for row in table}
    assert set(stored) == {
        f"{module}.{name}" for _, module, name in TYPES if "connect" not in module
    }
    for frame, told in stored.items():
        module, _, name = frame.rpartition(".")
        if module in {"polars", "pyarrow", "pyarrow.dataset"}:
            kind = getattr(importlib.import_module(module), name)
            assert f"`{materializer_registry[kind].__name__}`" in told


def test_contract_in_the_readme_is_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The example of a contract can be read."""
    text = README.partition("```yaml\n# churn.yaml")[2].partition("```")[0]
    file = tmp_path_factory.mktemp("contract") / "churn.yaml"
    file.write_text(text, "utf-8")
    checks = list(DataContract.from_file(file).checks())
    assert {check.kind for check in checks} >= {"range", "pattern", "comparison", "freshness"}
    assert [check.kind for check in checks if check.severity == "warn"] == ["max_value_share"]


def test_table_of_the_model_s_metadata_is_the_code_s() -> None:
    """The README lists what the model gate's metadata has beside the verdict."""
    rules = ModelRules(confidence=0.95)
    metrics = dict.fromkeys(("accuracy", "precision", "recall"), 0.9)
    told = as_metadata(judge_metrics(metrics, rules), 0.95, Champion(metrics))
    verdict = {"verdict", "checks", "checks_omitted"}
    assert set(keys_of("| key | holds |")) - {"version"} == set(told) - verdict
    assert told["champion"].keys() == {"version", "metrics"}


def test_fewest_rows_are_the_code_s() -> None:
    """The README's numbers of rows that clear 0.7 are the gate's."""
    told = README.partition("To clear 0.7 with 95 % confidence, an accuracy of ")[2]
    figures = re.findall(r"(0\.\d+) takes (\d+)", told.partition("228.")[0] + "228")
    assert len(figures) == 5
    for share, rows in figures:
        assert rows_needed(float(share), 0.7, 0.95) == int(rows)


def test_table_of_settings_is_the_code_s() -> None:
    """The README lists each setting with its variable and its default."""
    rows = rows_of("| setting | variable | default | the gates ask for |")
    told = [[cell.strip("`") for cell in row[:3]] for row in rows]
    assert told == [
        [name, f"{PREFIX}{name}".upper(), field.default or ""]
        for name, field in Settings.model_fields.items()
    ]
    assert f"`{DEFAULT_FILE}`" in README


def test_example_of_floors_can_be_used(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's TOML is a file of settings that loads."""
    (example,) = re.findall(r"^```toml\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    file = tmp_path_factory.mktemp("floors") / "steps.toml"
    file.write_text(example, "utf-8")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    assert (load().min_rows, load().required_columns) == (500, ("customer",))
