"""The command `governance-steps check`: what the data gate would say of some data."""

import argparse
import json
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.steps._about import About
from governance.steps._cache import rules_version
from governance.steps._contract import DataContract
from governance.steps._contract_file import read_contract_file, told_unheld
from governance.steps._data import FORMS, open_data
from governance.steps._data_report import data_report
from governance.steps._data_rules import (
    DEFAULT_MAX_MISSING_FRACTION,
    DEFAULT_MIN_ROWS,
    DataRules,
)
from governance.steps._export import data_export
from governance.steps._extract import sample_of
from governance.steps._failure import DataQualityError, GateConfigurationError, failure_table
from governance.steps._frame import read_facts
from governance.steps._judgement import judge_frame
from governance.steps._plan import planned_above_floors
from governance.steps._progress import progress
from governance.steps._reference import expect_reference, read_reference
from governance.steps._source import readable
from governance.steps._written import write_file

if TYPE_CHECKING:
    from governance.steps._fact import FrameFacts
    from governance.steps._verdict import Verdict

_PASSED, _REFUSED = 0, 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate made of some data.

    Args:
        data: The data's name on the command line.
        facts: What was measured.
        verdict: What was made of it.
        clamped: What was asked for and is laxer than the platform's floor, which counted.
        contract: The file of the contract, if there was one.
        unheld: The rules of that file that were not checked.
    """

    data: str
    facts: "FrameFacts"
    verdict: "Verdict"
    clamped: tuple[str, ...]
    contract: Path | None
    unheld: tuple[str, ...]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line.

    Args:
        commands: The commands beside it.
    """
    command = commands.add_parser(
        "check",
        help="judge data as validate_data_quality would",
        description=(
            "Judges data by a contract, or by the gate's parameters, and prints what the gate "
            "would say. Exit code 1: the data is refused; 2: arguments, settings, contract or "
            "data cannot be used."
        ),
    )
    command.add_argument("data", metavar="DATA", help=FORMS)
    command.add_argument(
        "--contract", type=Path, metavar="FILE", help="what the data has to look like (YAML)"
    )
    command.add_argument(
        "--reference", metavar="DATA", help="what the contract's `reference` is about: as DATA"
    )
    command.add_argument(
        "--object",
        metavar="NAME",
        help="the schema object that the data is, where an ODCS contract has several",
    )
    command.add_argument(
        "--strict",
        action="store_true",
        help="refuse a contract with rules that cannot be checked",
    )
    _add_parameters(command)
    command.add_argument(
        "--report", type=Path, metavar="FILE", help="write the verdict as an HTML page"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    command.add_argument("--quiet", action="store_true", help="show no progress")
    command.set_defaults(run=_check)


def _add_parameters(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--min-rows",
        type=int,
        default=DEFAULT_MIN_ROWS,
        metavar="ROWS",
        help=f"fewest rows (default: {DEFAULT_MIN_ROWS})",
    )
    command.add_argument(
        "--max-missing-fraction",
        type=float,
        default=DEFAULT_MAX_MISSING_FRACTION,
        metavar="SHARE",
        help="largest share of missing cells in the whole frame, 0 to 1 (default: "
        f"{DEFAULT_MAX_MISSING_FRACTION})",
    )
    command.add_argument(
        "--max-column-missing-fraction",
        type=float,
        metavar="SHARE",
        help="largest share of missing cells in any one column, 0 to 1",
    )
    command.add_argument(
        "--max-duplicate-fraction",
        type=float,
        metavar="SHARE",
        help="largest share of rows that equal an earlier row, 0 to 1",
    )
    command.add_argument(
        "--require-column",
        action="append",
        metavar="NAME",
        help="a column that must be there; also several times",
    )


def _check(options: argparse.Namespace) -> int:
    # Before the data is read, which may take long.
    rules = DataRules(
        options.min_rows,
        options.max_missing_fraction,
        options.max_column_missing_fraction,
        options.require_column,
        options.max_duplicate_fraction,
    )
    contract, unheld = _contract(options)
    checks, clamped = planned_above_floors(rules, contract)
    expect_reference(options.reference, checks)
    with progress(quiet=options.quiet) as told:
        data: Any = open_data(options.data, told)
        with readable(options.data):
            facts = read_facts(data, checks)
        if options.reference is not None:
            reference: Any = open_data(options.reference, told)
            with readable(options.reference):
                facts = replace(facts, against=read_reference(data, reference, checks))
    verdict = judge_frame(checks, facts)
    judged = Judged(options.data, facts, verdict, clamped, options.contract, unheld)
    print("\n".join(_report(judged)))
    about = About(datetime.now(timezone.utc), rules_version(), subject=options.data)
    if options.report is not None:
        sensitive = frozenset[str]() if contract is None else contract.sensitive_columns
        page = data_report(verdict, facts, about, sample_of(data), sensitive)
        write_file(options.report, page)
    if options.json is not None:
        figures = data_export(verdict, facts, about)
        write_file(options.json, json.dumps(figures, indent=2, allow_nan=False) + "\n")
    return _REFUSED if verdict.failures else _PASSED


def _contract(options: argparse.Namespace) -> tuple[DataContract | None, tuple[str, ...]]:
    if options.contract is None and options.object is None:
        return None, ()
    if options.contract is None:
        raise GateConfigurationError("--object is one of a contract's; name its file: --contract.")
    value, unheld = read_contract_file(options.contract, options.object)
    if unheld and options.strict:
        raise GateConfigurationError(told_unheld(options.contract, unheld))
    return DataContract.of(value, str(options.contract)), unheld


def _report(judged: Judged) -> list[str]:
    verdict = judged.verdict
    lines = []
    if judged.contract is not None and judged.unheld:
        lines += told_unheld(judged.contract, judged.unheld).splitlines()
    if verdict.failures:
        lines += str(DataQualityError(verdict.failures)).splitlines()
    else:
        facts = judged.facts
        lines.append(
            f"{judged.data} passed: {facts.rows:,} rows, {len(facts.labels):,} columns, "
            f"{len(verdict.outcomes):,} checks."
        )
    if judged.clamped:
        lines += ["The platform's floor counts:", *(f"  {line}" for line in judged.clamped)]
    if verdict.warnings:
        lines += ["Warnings:", *failure_table(verdict.warnings, "column")]
    return lines
