import contextlib
import hashlib
import io
import json
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import rfc8785
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.hooks import _digest, _seal_cli, _signature
from governance.hooks._anchor import FileAnchor
from governance.hooks._cli import _parser
from governance.hooks._event import Outcome
from governance.hooks._finding import Kind
from governance.hooks._governed import AlertResult, Decision
from governance.hooks._seal import seal
from governance.hooks._settings import PREFIX, Settings
from governance.hooks._signature import PrivateKey
from governance.hooks._time import now
from governance.hooks._trail import Trail
from tools.component import ROOT

ALERTS = (ROOT / "docs" / "ALERTS.md").read_text("utf-8")
JOBS = ["reconcile-cronjob.yaml", "audit-seal-cronjob.yaml"]
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
    commands = [line for line in lines if line and line[0] == "governance-hooks"]
    commands += [pod_of(job)["containers"][0]["command"] for job in JOBS]
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


@pytest.mark.parametrize("job", JOBS)
def test_job_runs_with_least_privilege(job: str) -> None:
    """Each CronJob runs as an ordinary user on a read-only file system, without privileges."""
    pod = pod_of(job)
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_only_the_sealer_has_the_private_key() -> None:
    """The sealing job mounts the key for its group only, as the code takes it."""
    pod = pod_of("audit-seal-cronjob.yaml")
    (secret,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
    assert secret["defaultMode"] == 0o440
    assert not secret["defaultMode"] & _signature.OTHERS
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"]
    assert "secret" not in str(pod_of("reconcile-cronjob.yaml")["volumes"])


def pod_of(job: str) -> Any:
    found: Any = yaml.safe_load((ROOT / "docs" / job).read_text("utf-8"))
    return found["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_kinds_of_findings_are_the_code_s() -> None:
    """The documentation tells each kind of finding that a verification has."""
    (listed,) = re.findall(r"^\| Finding \|.*?\n(.*?)\n\n", AUDIT, re.DOTALL | re.MULTILINE)
    told = re.findall(r"^\| `\(?(\w+)\)?` \|", listed, re.MULTILINE)
    assert sorted(told) == sorted(get_args(Kind))


def test_exit_codes_are_the_code_s() -> None:
    """The documentation tells each exit code of `seal` and `verify`."""
    head = "| Exit code | `seal` | `verify` |\n"
    _, _, below = AUDIT.partition(head)
    told = re.findall(r"^\| (\d) \|", below.partition("\n\n")[0], re.MULTILINE)
    assert [int(code) for code in told] == [_seal_cli.CLEAN, _seal_cli.UNCLEAN, _seal_cli.UNUSABLE]


def test_members_of_a_digest_are_the_code_s() -> None:
    """The documentation lists each member of a digest's file, and how many entries it has."""
    (listed,) = re.findall(r"^\| Member \|.*?\n(.*?)\n\n", AUDIT, re.DOTALL | re.MULTILINE)
    cells = re.findall(r"^\| (`.*?) \|", listed, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == _digest.MEMBERS
    assert f"at most {_digest.LIMIT:,}" in listed


def test_format_is_told_well_enough_for_another_verifier(tmp_path: Path) -> None:
    """What the documentation says of a digest suffices to verify one without our code."""
    key, previous = Ed25519PrivateKey.generate(), None
    trail = Trail(str(tmp_path / "trail"))
    for name in "ab":
        trail.write(f"run/{name}.json", json.dumps({"id": name, "time": f"{now()}"}).encode())
        seal(trail, PrivateKey(key), [FileAnchor("file", tmp_path / "heads")])
    for number in (1, 2):
        data = (tmp_path / "trail" / "digests" / f"{number:08}.json").read_bytes()
        digest = json.loads(data)
        assert data == rfc8785.dumps(digest)
        assert digest["previous"] == previous
        signature = bytes.fromhex(digest.pop("signature"))
        signed = b"governance-audit-digest-v1\0" + rfc8785.dumps(digest)
        key.public_key().verify(signature, signed)
        assert bytes.fromhex(digest["key"]) == key.public_key().public_bytes_raw()
        ((path, content),) = digest["entries"]
        assert content == hashlib.sha256((tmp_path / "trail" / path).read_bytes()).hexdigest()
        leaf = b"\0" + rfc8785.dumps([path, content])
        assert digest["root"] == hashlib.sha256(leaf).hexdigest()
        previous = hashlib.sha256(data).hexdigest()
    *_, note = [json.loads(line) for line in (tmp_path / "heads").read_text("utf-8").splitlines()]
    assert set(note) == {"number", "sha256", "time", "uri"}
    assert note["sha256"] == previous
