import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from governance.hooks._cli import _parser
from governance.hooks._event import Outcome
from governance.hooks._governed import AlertResult, Decision
from governance.hooks._settings import PREFIX, Settings
from tools.component import ROOT

ALERTS = (ROOT / "docs" / "ALERTS.md").read_text("utf-8")
AUDIT = (ROOT / "docs" / "AUDIT.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """Read the table below a heading's first line."""
    _, _, below = ALERTS.partition(heading)
    lines = below.splitlines()[1:]
    table = [line for line in lines[: lines.index("")] if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table[1:]]


def test_table_of_settings_is_the_code_s() -> None:
    """The documentation lists each setting with its variable and its default."""
    told = {name: (variable, default) for name, variable, default, _ in rows("| Setting |")}
    known = {}
    for name, field in Settings.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else ""
        if isinstance(field.default, float | int) and not default:
            default = f"{field.default:g}"
        known[name] = (f"{PREFIX}{name}".upper(), default)
    assert told == known


def test_example_of_settings_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documentation's TOML is a file of settings that loads."""
    from governance.hooks._settings import load

    (example,) = re.findall(r"^```toml\n(.*?)^```$", ALERTS, re.DOTALL | re.MULTILINE)
    file = tmp_path / "hooks.toml"
    file.write_text(example, "utf-8")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    assert len(load().routes) == example.count("[[routes]]")


def test_commands_can_be_called() -> None:
    """Each command line of the documentation and of the CronJob exists, and each action is told."""
    fence = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    blocks = "\n".join(fence.findall(f"{ALERTS}\n{AUDIT}")).replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in blocks.splitlines()]
    job: Any = yaml.safe_load((ROOT / "docs" / "reconcile-cronjob.yaml").read_text("utf-8"))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    commands = [line for line in lines if line and line[0] == "governance-hooks"]
    commands.append(pod["containers"][0]["command"])
    for command in commands:
        assert callable(_parser().parse_args(command[1:]).run)
    told = {command[2] for command in commands if command[1] == "audit"}
    assert told == actions_of("audit")


def actions_of(command: str) -> set[str]:
    usage = io.StringIO()
    with contextlib.redirect_stdout(usage), pytest.raises(SystemExit):
        _parser().parse_args([command, "--help"])
    return set(re.findall(r"^    (\w+) ", usage.getvalue(), re.MULTILINE))


def test_types_of_records_are_the_code_s() -> None:
    """The documentation lists each type of record that is written, and no other."""
    (listed,) = re.findall(r"^\| Type \| When \|\n(.*?)\n\n", AUDIT, re.DOTALL | re.MULTILINE)
    kinds = [f"run.{outcome}" for outcome in get_args(Outcome)]
    kinds += [f"alert.{result}" for result in get_args(AlertResult)]
    kinds += [*get_args(Decision), "step.failed", "gate.passed", "gate.failed", "audit.checked"]
    assert sorted(re.findall(r"`governance\.(\w+\.\w+)`", listed)) == sorted(kinds)


@pytest.mark.parametrize("document", [ALERTS, AUDIT], ids=["ALERTS", "AUDIT"])
def test_pictures_and_files_are_there(document: str) -> None:
    """What the documentation shows or links to exists."""
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document)
    paths = [path for path in targets if not path.startswith("https://")]
    assert paths
    assert [path for path in paths if not (ROOT / "docs" / path).exists()] == []


def test_filters_are_the_code_s() -> None:
    """The documentation's table of filters has each that `audit list` takes."""
    _, _, below = AUDIT.partition("| Filter |")
    told = re.findall(r"^\| (`--.*?) \|", below, re.MULTILINE)
    options = vars(_parser().parse_args(["audit", "list"]))
    known = set(options) - {"run", "uri", "json"}
    assert {name for cell in told for name in re.findall(r"--(\w+)", cell)} == {
        name.removeprefix("of_") for name in known
    }


def test_job_runs_with_least_privilege() -> None:
    """The CronJob runs as an ordinary user on a read-only file system, without privileges."""
    job: Any = yaml.safe_load((ROOT / "docs" / "reconcile-cronjob.yaml").read_text("utf-8"))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
