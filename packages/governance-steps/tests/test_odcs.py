"""Contracts of the Open Data Contract Standard."""

import itertools
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from governance.steps import (
    DataContract,
    DataQualityError,
    GateConfigurationError,
    validate_data_quality,
)
from governance.steps._cli import main
from governance.steps._odcs import translated

pytestmark = pytest.mark.any_version

ORDERS = """
apiVersion: v3.1.0
kind: DataContract
id: 5f6d0c3e
version: 1.2.0
status: active
schema:
  - name: orders
    physicalName: t_orders
    properties:
      - name: tenant
        primaryKey: true
        primaryKeyPosition: 2
        logicalType: string
        logicalTypeOptions: {minLength: 2, maxLength: 8, pattern: '^[a-z]+$'}
      - name: number
        physicalName: order_no
        primaryKey: true
        primaryKeyPosition: 1
        logicalType: integer
        required: true
        unique: true
        logicalTypeOptions: {exclusiveMinimum: 0, maximum: 100000, format: u16}
      - name: unit
        logicalType: string
        quality:
          - {metric: invalidValues, arguments: {validValues: [kg, lb, null]}, mustBe: 0}
          - {metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent, severity: warning}
      - name: weight
        logicalType: number
        logicalTypeOptions: {exclusiveMaximum: 50.5, minimum: 0, multipleOf: 0.5, format: f32}
        quality:
          - {metric: nullValues, mustBeLessThan: 25, unit: percent}
          - {metric: nullValues, mustBe: 0, severity: info}
      - name: placed
        logicalType: timestamp
        logicalTypeOptions: {minimum: '2026-01-01', exclusiveMaximum: '2027-01-01T00:00:00Z'}
      - name: day
        logicalType: date
        logicalTypeOptions: {exclusiveMinimum: '2025-12-31', format: yyyy-MM-dd}
      - name: paid
        logicalType: boolean
      - name: opened
        logicalType: time
      - name: legacy
        physicalType: blob
      - name: lines
        logicalType: array
        items: {logicalType: object, properties: [{name: id, logicalType: string}]}
        relationships: [{to: lines.id}]
      - name: state
        enum: [{value: new}, {value: done}]
      - name: trace
        logicalType: string
        logicalTypeOptions: {format: uuid, pattern: '^(?=x)'}
      - name: host
        logicalType: string
        logicalTypeOptions: {format: ipv4, encoding: utf-8}
    quality:
      - {metric: rowCount, mustBeBetween: [2, 1000]}
      - {metric: duplicateValues, mustBeLessThan: 1, unit: percent}
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [number]}, severity: warning}
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [number, tenant]}}
      - {type: sql, query: SELECT 1, mustBe: 1}
      - {type: custom, engine: soda, implementation: x}
      - {type: text, description: All is well.}
      - {description: Nothing is said.}
      - {metric: freshness, mustBe: 0}
    relationships: [{from: orders.number, to: lines.order}]
  - name: lines
    properties: [{name: id, logicalType: string}]
slaProperties:
  - {property: latency, value: 2, unit: d, element: orders.placed}
  - {property: freshness, value: 90, unit: min, element: 't_orders.placed, lines.id'}
  - {property: latency, value: 4, unit: y, element: orders.placed}
  - {property: retention, value: 3, unit: y, element: orders.placed}
  - {property: latency, value: 4, unit: d}
  - {property: latency, value: 4, unit: d, element: orders.nothing}
  - {property: availability, value: 99.9}
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Write a contract to a file."""

    def write(content: Any) -> Path:
        file = tmp_path / "orders.odcs.yaml"
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
        return file

    return write


def document(**schema: Any) -> dict[str, Any]:
    """Return a contract with one object."""
    return {"apiVersion": "v3.1.0", "kind": "DataContract", "schema": [{"name": "t", **schema}]}


def short(**schema: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the short form of one object, and what it cannot hold."""
    contract, left = translated(document(**schema), "t.yaml", None)
    DataContract.of(contract)
    return contract, list(left)


def one_column(**more: Any) -> tuple[dict[str, Any], list[str]]:
    contract, left = short(properties=[{"name": "a", **more}])
    return contract["columns"]["a"], left


def test_all_that_can_be_held_is_held(snapshot: SnapshotAssertion) -> None:
    """Each rule of a whole contract is in the short form, or named with the reason why not."""
    contract, left = translated(yaml.safe_load(ORDERS), "orders.yaml", "orders")
    DataContract.of(contract)
    assert yaml.safe_dump(contract, sort_keys=False, default_flow_style=None) == snapshot
    assert "\n".join(left) == snapshot


def test_file_is_an_ordinary_contract(
    written: Callable[[Any], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A file of the standard gives a contract that the gate judges, with a warning of the rest."""
    file = written(ORDERS)
    contract = DataContract.from_file(file, object="t_orders")
    assert contract.rows is not None
    assert (contract.rows.min, contract.rows.max) == (3, 999)
    assert f"{file}: 20 rules not checked:" in caplog.text
    frame = pd.DataFrame({"order_no": [1, 70_000], "tenant": ["ab", "abc"]})
    with pytest.raises(DataQualityError) as caught:
        validate_data_quality.entrypoint(frame, contract=contract)
    failures = {(one.check, one.subject) for one in caught.value.failures}
    assert {("min_rows", None), ("range", "order_no"), ("required_columns", "unit")} <= failures


def test_strict_refuses_what_cannot_be_held(written: Callable[[Any], Path]) -> None:
    """If asked for strictly, a rule that cannot be held is an error that names it."""
    file = written(document(quality=[{"type": "sql", "query": "SELECT 1", "mustBe": 1}]))
    with pytest.raises(GateConfigurationError) as caught:
        DataContract.from_file(file, strict=True)
    told = "t.quality[0]: a rule of type sql needs another tool"
    assert str(caught.value) == f"{file}: 1 rule not checked:\n  {told}"
    file = written(document(quality=[{"metric": "rowCount", "mustBeGreaterThan": 4}]))
    assert (
        DataContract.from_file(file, strict=True).rows == DataContract.of({"rows": {"min": 5}}).rows
    )


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        ({"kind": "DataContract"}, None, "found apiVersion None, expected one of v3"),
        ({"apiVersion": "v2.2.2"}, None, "found apiVersion 'v2.2.2' (str), expected"),
        ({"apiVersion": 3.1}, None, "found apiVersion 3.1, expected one of v3"),
        ({"apiVersion": "v3.1.0"}, None, "schema must be a list of objects with names."),
        ({"apiVersion": "v3.1.0", "schema": [{"name": ""}]}, None, "schema must be a list"),
        (document(properties={}), None, "properties of t must be a list of objects with names."),
        (ORDERS, None, "has several objects; choose one of orders, lines."),
        (ORDERS, "order", "has no object 'order'; it has orders, lines."),
        ({"rows": {"min": 1}}, "t", "describes one table, and no object 't' to choose."),
    ],
)
def test_file_that_cannot_be_used_is_refused(
    written: Callable[[Any], Path], content: Any, name: str | None, told: str
) -> None:
    """Another version, a broken schema, or an object that is not there: one error says so."""
    with pytest.raises(GateConfigurationError) as caught:
        DataContract.from_file(written(content), object=name)
    assert told in str(caught.value)


def test_two_objects_of_one_name_cannot_be_chosen(written: Callable[[Any], Path]) -> None:
    """A name that two objects share chooses neither."""
    content = document()
    content["schema"] *= 2
    with pytest.raises(GateConfigurationError, match="has 2 objects 't'; it has t, t"):
        DataContract.from_file(written(content), object="t")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"rule": "nullCheck"}, {"missing": 0}),
        ({"rule": "validValues", "validValues": ["a", "b"]}, {"allowed": ["a", "b"]}),
        ({"rule": "duplicateCount", "mustBe": 0}, {"unique": True}),
        ({"type": "library", "metric": "missingValues", "mustBeLessThan": 1}, {"missing": 0}),
        (
            {"metric": "missingValues", "mustBe": 0, "arguments": {"missingValues": [None]}},
            {"missing": 0},
        ),
        ({"metric": "nullValues", "mustBeLessOrEqualTo": 300, "unit": "percent"}, {"missing": 1}),
        (
            {"metric": "invalidValues", "mustBe": 0, "arguments": None, "pattern": "^a|b$"},
            {"pattern": "(?s:.*)(?:^a|b$)(?s:.*)"},
        ),
    ],
)
def test_both_spellings_of_a_quality_rule_are_read(
    rule: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Rules of versions 3.0 and 3.1 are held alike."""
    assert one_column(quality=[rule]) == (expected, [])


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("text", "it is no quality rule"),
        ({"metric": "rowCount", "mustBe": 5}, "a column has no number of rows of its own"),
        ({"metric": "nullValues"}, "it says no limit"),
        ({"metric": "nullValues", "mustBe": "few"}, "mustBe is no number"),
        ({"metric": "nullValues", "mustBe": float("nan")}, "mustBe is no number"),
        ({"metric": "nullValues", "mustNotBe": 1}, "mustNotBe is no limit that a contract has"),
        ({"metric": "nullValues", "mustBeBetween": 1}, "mustBeBetween is no limit that"),
        ({"metric": "nullValues", "mustBeLessThan": 5}, "a contract has a share of rows, and no"),
        ({"metric": "nullValues", "mustBeLessThan": 0}, "no figure is less than 0"),
        ({"metric": "nullValues", "mustBeGreaterThan": 5}, "it says no upper limit"),
        (
            {"metric": "nullValues", "mustBeGreaterThan": 5, "unit": "percent"},
            "it says no upper limit",
        ),
        ({"metric": "nullValues", "mustBe": 0, "unit": "days"}, "a contract has no unit 'days'"),
        (
            {"metric": "missingValues", "mustBe": 0, "arguments": {"missingValues": ["NA"]}},
            "in a contract, only cells without a value are missing",
        ),
        ({"metric": "invalidValues", "mustBe": 0}, "it says neither validValues nor a pattern"),
        ({"metric": "invalidValues", "mustBe": 0, "pattern": "(?=a)"}, "its pattern is not in"),
        ({"metric": "invalidValues", "mustBe": 0, "pattern": 5}, "its pattern is no text"),
        ({"metric": "invalidValues", "mustBe": 0, "validValues": [[]]}, "its values are no list"),
        (
            {"metric": "invalidValues", "mustBeLessThan": 5, "unit": "percent", "pattern": "a"},
            "a contract allows no share of invalid values",
        ),
        (
            {"metric": "duplicateValues", "mustBeLessThan": 5, "unit": "percent"},
            "a contract allows no share of repeated keys",
        ),
    ],
)
def test_rule_on_a_column_that_cannot_be_held_is_left(rule: Any, reason: str) -> None:
    """A rule that the short form has no words for is named with its place and the reason."""
    contract, (left,) = one_column(quality=[rule])
    assert contract == {}
    assert left.startswith(f"t.a.quality[0]: {reason}")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"metric": "rowCount", "mustBeLessThan": 0}, "no number of rows meets it"),
        ({"metric": "rowCount", "mustBe": 2.5}, "no number of rows meets it"),
        ({"metric": "nullValues", "mustBe": 0}, "it names no column"),
        ({"metric": "invalidValues", "mustBe": 0, "pattern": "a"}, "it names no column"),
        ({"metric": "duplicateValues", "mustBe": 0, "properties": "a"}, "its properties are no"),
    ],
)
def test_rule_on_the_whole_that_cannot_be_held_is_left(rule: Any, reason: str) -> None:
    """Rules on a whole object are left with their place and the reason as well."""
    contract, (left,) = short(quality=rule)
    assert contract == {"columns": {}}
    assert left.startswith(f"t.quality[0]: {reason}")


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("integer", {"exclusiveMinimum": 2.5, "exclusiveMaximum": 7}, {"min": 3, "max": 6}),
        ("integer", {"minimum": 2, "exclusiveMinimum": True}, {"min": 3}),
        ("integer", {"minimum": 2, "exclusiveMinimum": False}, {"min": 2}),
        ("integer", {"exclusiveMaximum": True}, {}),
        ("integer", {"format": "i8"}, {"min": -128, "max": 127}),
        ("integer", {"format": "i64", "maximum": 5}, {"min": -(2**63), "max": 5}),
        ("number", {"exclusiveMaximum": 1}, {"max": 0.9999999999999999}),
        ("date", {"exclusiveMaximum": "2026-01-01"}, {"max": "2025-12-31T23:59:59.999999999"}),
        (
            "timestamp",
            {"exclusiveMinimum": "2026-01-01T10:00:00+01:00"},
            {"min": "2026-01-01T10:00:00.000000001+0100"},
        ),
        ("string", {"minLength": 1, "maxLength": 3}, {"length": {"min": 1, "max": 3}}),
    ],
)
def test_options_become_limits(
    kind: str, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Options of a type are limits of the column; exclusive ones are the value beside them."""
    contract, left = one_column(logicalType=kind, logicalTypeOptions=options)
    del contract["dtype"]
    assert (contract, left) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "options", "place"),
    [
        ("integer", {"format": "i7"}, ".format"),
        ("integer", {"format": "money"}, ".format"),
        ("integer", {"minimum": "2"}, ".minimum"),
        ("integer", {"minimum": float("inf")}, ".minimum"),
        ("integer", {"multipleOf": 2}, ".multipleOf"),
        ("string", {"minLength": -1}, ".minLength"),
        ("string", {"maxLength": True}, ".maxLength"),
        ("string", {"format": "email"}, ".format"),
        ("string", {"minimum": 2}, ".minimum"),
        ("date", {"minimum": 2}, ".minimum"),
        ("date", {"exclusiveMinimum": "soon"}, ".exclusiveMinimum"),
        ("date", {"exclusiveMaximum": "0001-01-01"}, ".exclusiveMaximum"),
        ("timestamp", {"timezone": True}, ".timezone"),
        ("array", {"maxItems": 2}, ".maxItems"),
        ("string", ["minLength"], ""),
    ],
)
def test_option_that_cannot_be_held_is_left(kind: str, options: Any, place: str) -> None:
    """An option that the short form has no words for is named with its place."""
    contract, (left,) = one_column(logicalType=kind, logicalTypeOptions=options)
    assert list(contract) == ["dtype"]
    assert left.startswith(f"t.a.logicalTypeOptions{place}: ")


def test_formats_are_patterns() -> None:
    """A format that a pattern describes exactly is checked by it."""
    trace, _ = one_column(logicalType="string", logicalTypeOptions={"format": "uuid"})
    host, _ = one_column(logicalType="string", logicalTypeOptions={"format": "ipv4"})
    contract = {"rows": {"min": 1}, "columns": {"trace": trace, "host": host}}
    good = {"trace": ["0b5e7a52-9d4b-4ee8-9d3c-7f6d2f0a5a11"] * 2, "host": ["10.0.0.1"] * 2}
    validate_data_quality.entrypoint(pd.DataFrame(good), contract=contract)
    bad = {"trace": ["0b5e7a52", "x"], "host": ["10.0.0.256", "10.0.0.1."]}
    with pytest.raises(DataQualityError) as caught:
        validate_data_quality.entrypoint(pd.DataFrame(bad), contract=contract)
    assert [failure.count for failure in caught.value.failures] == [2, 2]


def test_contradictions_are_left() -> None:
    """Of rules that exclude each other the first is held, and of a stricter warning is told."""
    options = {"minimum": "2026-01-01", "exclusiveMinimum": "2026-06-01"}
    rules = [
        {"metric": "invalidValues", "mustBe": 0, "validValues": ["a", "b"]},
        {"metric": "invalidValues", "mustBe": 0, "validValues": ["b", "c"]},
        {"metric": "invalidValues", "mustBe": 0, "validValues": ["d"]},
        {"metric": "invalidValues", "mustBe": 0, "pattern": "^a$"},
        {"metric": "invalidValues", "mustBe": 0, "pattern": "^b$"},
        {"metric": "nullValues", "mustBe": 0, "severity": "warning"},
        {"metric": "nullValues", "mustBeLessOrEqualTo": 50, "unit": "percent"},
    ]
    contract, left = one_column(logicalType="date", logicalTypeOptions=options, quality=rules)
    assert contract == {
        "dtype": "moment",
        "min": "2026-06-01T00:00:00.000000001",
        "allowed": ["b"],
        "pattern": "^a$",
        "missing": 0.5,
    }
    assert left == [
        "t.a.quality[2]: it contradicts another rule on allowed",
        "t.a.quality[4]: it contradicts another rule on pattern",
        "t.a.quality[5]: a contract has one limit for missing, and one stops",
    ]
    rows = [{"metric": "rowCount", "mustBe": count} for count in (3, 4)]
    assert short(quality=rows) == (
        {"columns": {}, "rows": {"min": 3, "max": 3}},
        ["t.quality[1]: it contradicts another rule on rows"],
    )
    for first, second in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        mixed = {first: "2026-01-01", second: "2026-01-01"}
        mixed[first] = pd.Timestamp("2026-01-01").date()
        _, left = one_column(logicalType="date", logicalTypeOptions=mixed)
        assert len(left) == 1


def test_what_is_not_written_as_the_standard_has_it_is_left() -> None:
    """Lists that are none, and entries of another shape, are named and stop nothing."""
    _, left = one_column(enum="red")
    assert left == ["t.a.enum: its values are no list of plain values"]
    content = document(properties=[{"name": "a"}])
    content["slaProperties"] = ["latency", {"property": "latency", "element": "a", "value": "x"}]
    _, told = translated(content, "t.yaml", None)
    assert told == (
        "slaProperties[0]: it is no service level",
        "slaProperties[1]: latency is no age that a contract has",
    )
    content["slaProperties"] = [{"property": "ly", "value": 1.5, "unit": "h"}]
    content["slaDefaultElement"] = "t.a"
    contract, _ = translated(content, "t.yaml", None)
    assert contract["columns"]["a"] == {"max_age": "5400s"}


_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "mustBe": operator.eq,
    "mustNotBe": operator.ne,
    "mustBeGreaterThan": operator.gt,
    "mustBeGreaterOrEqualTo": operator.ge,
    "mustBeLessThan": operator.lt,
    "mustBeLessOrEqualTo": operator.le,
}
_METRICS: dict[str, Callable[["pd.Series[Any]"], int]] = {
    "rowCount": len,
    "nullValues": lambda column: int(column.isna().sum()),
    "duplicateValues": lambda column: int(column.duplicated().sum()),
    "invalidValues": lambda column: int((~column.dropna().isin([1, 2])).sum()),
}

_COLUMNS = [
    pd.Series(cells, dtype="float64")
    for cells in ([1], [None], [1, 1], [None, 1, 1, 1], [3, 1, 2, 2], [1, 2, 3, 1, None], [3] * 5)
]
_LIMITS = [0, 0.5, 1, 2, 3, 4, 5, 20, 25, 50, 100]


def decided(column: "pd.Series[Any]", rules: list[dict[str, Any]]) -> bool | None:
    """Tell whether data passes rules; None if not all of them are held."""
    whole = [rule for rule in rules if rule["metric"] == "rowCount"]
    own = [rule for rule in rules if rule["metric"] != "rowCount"]
    contract, left = short(properties=[{"name": "a", "quality": own}], quality=whole)
    if left:
        return None
    lax: dict[str, Any] = {"min_rows": 1, "max_missing_fraction": 1.0}
    try:
        validate_data_quality.entrypoint(column.to_frame("a"), contract=contract, **lax)
    except DataQualityError:
        return False
    return True


def meets(column: "pd.Series[Any]", rule: dict[str, Any]) -> bool:
    """Count what a rule is about, and hold it against its operators."""
    count = float(_METRICS[rule["metric"]](column))
    if rule.get("unit") == "percent":
        count = count / len(column) * 100
    return all(holds(count, rule[name]) for name, holds in _HOLDS.items() if name in rule)


@pytest.mark.parametrize("metric", sorted(_METRICS))
@pytest.mark.parametrize("name", sorted(_HOLDS))
def test_held_rule_decides_as_it_is_written(metric: str, name: str) -> None:
    """Data passes a rule that is held exactly if the rule's own count meets its operator."""
    units = [{}] if metric == "rowCount" else [{"unit": "rows"}, {"unit": "percent"}]
    for column, limit, unit in itertools.product(_COLUMNS, _LIMITS, units):
        rule = {"metric": metric, name: limit, "arguments": {"validValues": [1, 2]}, **unit}
        found = decided(column, [rule])
        assert found in {None, meets(column, rule)}, (list(column), rule)
        if name == "mustBeLessOrEqualTo" and limit == 0 and metric != "rowCount":
            assert found is not None


@pytest.mark.parametrize(
    ("metric", "names", "unit"),
    [
        ("nullValues", ("mustBeLessThan", "mustBeLessOrEqualTo"), {"unit": "percent"}),
        ("rowCount", ("mustBeGreaterThan", "mustBeLessOrEqualTo"), {}),
        ("rowCount", ("mustBeGreaterOrEqualTo", "mustBeLessThan"), {}),
        ("rowCount", ("mustBeGreaterOrEqualTo", "mustBeGreaterThan"), {}),
        ("rowCount", ("mustBeLessThan", "mustBeLessOrEqualTo"), {}),
    ],
)
def test_held_rules_decide_together(
    metric: str, names: tuple[str, str], unit: dict[str, str]
) -> None:
    """Of several rules on one figure data has to meet each, in one rule or in two."""
    limits = [1, 2, 4, 20, 25, 50, 100]
    for column, one, other in itertools.product(_COLUMNS, limits, limits):
        operators = {names[0]: one, names[1]: other}
        expected = meets(column, {"metric": metric, **operators, **unit})
        apart = [{"metric": metric, name: limit, **unit} for name, limit in operators.items()]
        together = {"metric": metric, **operators, **unit}
        for rules in (apart, [together]):
            assert decided(column, rules) in {None, expected}, (list(column), rules)
    assert decided(_COLUMNS[0], apart) is not None or metric == "rowCount"


def test_command_tells_what_is_not_checked(
    written: Callable[[Any], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`check` judges by the chosen object, and prints what it did not check, or refuses it."""
    content = document(properties=[{"name": "a", "logicalType": "time"}])
    content["schema"].append({"name": "u"})
    data = tmp_path / "t.csv"
    data.write_text("a\n" + "1\n" * 100)
    arguments = ["check", str(data), "--contract", str(written(content))]
    assert main(arguments) == 2
    assert main([*arguments, "--object=t"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("1 rule not checked:")
    assert told[1] == "  t.a: a contract has no type 'time'"
    assert main([*arguments, "--object=t", "--strict"]) == 2
    assert "1 rule not checked:" in capsys.readouterr().err
