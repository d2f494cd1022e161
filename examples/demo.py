"""Run the example in a ZenML of its own, and show what governance did."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

EXAMPLE = Path(__file__).with_name("train.py")
console = Console(width=100)


def main() -> int:
    """Run the example, show the report, and end as the example ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fail", choices=["data", "model", "step"], help="what to break for show")
    fail = parser.parse_args().fail
    with temporary_zenml() as alerts:
        console.rule("[bold]The governed training pipeline runs")
        command = [sys.executable, str(EXAMPLE), *(["--fail", fail] if fail else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        show_log(done)
        show_report(alerts)
    if done.returncode:
        console.print("[bold red]The run failed, as a governed run that breaks a rule does.")
    return done.returncode


@contextmanager
def temporary_zenml() -> Iterator[Path]:
    """Set up a local ZenML with an alerter in a temporary folder, and remove it."""
    with tempfile.TemporaryDirectory(prefix="governance-demo-") as folder:
        os.environ.update(
            ZENML_ANALYTICS_OPT_IN="false",
            ZENML_CONFIG_PATH=folder,
            ZENML_ENABLE_REPO_INIT_WARNINGS="false",
            ZENML_LOGGING_COLORS_DISABLED="true",
            ZENML_LOGGING_VERBOSITY="WARN",
        )
        with console.status("Setting up a local ZenML stack with an alerter …"):
            alerts = Path(folder) / "alerts.jsonl"
            register_stack(alerts)
        os.environ["ZENML_LOGGING_VERBOSITY"] = "INFO"
        yield alerts


def register_stack(alerts: Path) -> None:
    """Register a stack whose alerter keeps its messages in a file."""
    # ZenML reads its environment when it is first imported.
    from zenml.client import Client  # noqa: PLC0415
    from zenml.enums import StackComponentType  # noqa: PLC0415

    client = Client()
    client.create_flavor(
        source="governance.hooks.testing.RecordingAlerterFlavor",
        component_type=StackComponentType.ALERTER,
    )
    client.create_stack_component(
        name="team-channel",
        flavor="recording",
        component_type=StackComponentType.ALERTER,
        configuration={"path": str(alerts)},
    )
    default = client.active_stack_model.components
    client.create_stack(
        "laptop",
        {
            StackComponentType.ORCHESTRATOR: default[StackComponentType.ORCHESTRATOR][0].id,
            StackComponentType.ARTIFACT_STORE: default[StackComponentType.ARTIFACT_STORE][0].id,
            StackComponentType.ALERTER: "team-channel",
        },
    )
    client.activate_stack("laptop")


def show_log(done: "subprocess.CompletedProcess[str]") -> None:
    """Show which steps ran, and the error that stopped them."""
    for line in done.stdout.splitlines():
        if line.startswith(("Step ", "Pipeline run", "Failed to run")) or "not be written" in line:
            console.print(f"  {escape(line)}", highlight=False)
    if done.returncode and "Error: " not in done.stdout:
        console.print(escape(done.stderr[-2_000:]), highlight=False)


def show_report(alerts: Path) -> None:
    """Show the gates, the alert, the audit records and the artifacts of the last run."""
    from zenml.client import Client  # noqa: PLC0415

    client = Client()
    run = client.list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True).items[0]
    console.rule(f"[bold]What governance did in {escape(run.name)}")
    for step in run.steps.values():
        for key, verdict in step.run_metadata.items():
            if isinstance(verdict, dict) and "checks" in verdict:
                console.print(gate_table(step.name, key, verdict))
    for line in alerts.read_text("utf-8").splitlines() if alerts.exists() else []:
        alert = json.loads(line)
        title = f"The alert that went out to '{alert['alerter']}'"
        console.print(Panel(escape(alert["message"]), title=title, title_align="left"))
    show_audit(Path(client.active_stack.artifact_store.path) / "governance" / "audit" / str(run.id))
    for step in run.steps.values():
        if durations := step.run_metadata.get("governance.metrics"):
            console.print(f"Metrics of step [bold]{step.name}[/]: {durations}")
        for name, versions in step.outputs.items():
            if versions and {"rows", "schema", "missing"} <= versions[0].run_metadata.keys():
                console.print(artifact_table(name, versions[0].run_metadata))


def gate_table(step: str, key: str, verdict: dict[str, Any]) -> Table:
    """Lay out the checks of a gate with their figures."""
    table = Table(title=f"{key} in step {step}: {verdict['verdict']}", title_justify="left")
    for column in ("check", "subject", "required", "found", "passed"):
        table.add_column(column)
    for check in verdict["checks"]:
        table.add_row(
            str(check["check"]),
            str(check["subject"] or ""),
            str(check["required"]),
            str(check["found"]),
            "[green]yes" if check["passed"] else "[bold red]no",
        )
    return table


def artifact_table(name: str, metadata: dict[str, Any]) -> Table:
    """Lay out what the materializer noted about a data frame."""
    table = Table("key", "value", title=f"Metadata of artifact {name}", title_justify="left")
    for key, value in metadata.items():
        text = str(value)
        table.add_row(key, escape(text if len(text) < 200 else f"{text[:200]} …"))  # noqa: PLR2004
    return table


def show_audit(folder: Path) -> None:
    """Show the audit records of a run."""
    for file in sorted(folder.iterdir()) if folder.exists() else []:
        record = json.loads(file.read_text("utf-8"))
        panel = Panel(
            escape(json.dumps(record, indent=2)),
            title=f"Audit record {file.name}",
            title_align="left",
        )
        console.print(panel)


if __name__ == "__main__":
    sys.exit(main())
