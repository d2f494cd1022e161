"""Sealing a real folder, and the commands as an operator and an auditor call them."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from syrupy.assertion import SnapshotAssertion
from zenml.client import Client

from governance.hooks import _seal
from governance.hooks._anchor import FileAnchor
from governance.hooks._batch import read_all
from governance.hooks._cli import main
from governance.hooks._digest import parse
from governance.hooks._examination import examine
from governance.hooks._path import digest_path
from governance.hooks._seal import DamageError, seal
from governance.hooks._signature import KeyFileError, PrivateKey, read_private_key
from governance.hooks._trail import Trail

START = datetime(2026, 1, 2, tzinfo=timezone.utc)


class Place:
    """A folder with a trail, a file that anchors it, and keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "trail"
        self.trail = Trail(str(self.root))
        self.anchor = FileAnchor("file", folder / "heads")
        for number in (1, 2, 3):
            self._write_key(
                f"key-{number}", Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
            )

    def _write_key(self, name: str, key: Ed25519PrivateKey) -> None:
        plain = serialization.NoEncryption()
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        path = self.folder / f"{name}.pem"
        path.write_bytes(key.private_bytes(pem, pkcs8, plain))
        path.chmod(0o600)
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        (self.folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(pem, spki))

    def key(self, number: int = 1) -> PrivateKey:
        return read_private_key(self.folder / f"key-{number}.pem")

    def write(self, name: str, made: datetime = START) -> str:
        path = f"run/{name}.json"
        text = json.dumps({"id": name, "time": made.isoformat()})
        assert self.trail.write(path, text.encode())
        return path

    def seal(self, number: int = 1, **options: Any) -> _seal.Sealing:
        return seal(self.trail, self.key(number), [self.anchor], **options)

    def findings(self) -> list[tuple[str, str]]:
        _, verdict = examine(self.trail, [self.anchor], self.key().public)
        return [(found.path, found.kind) for found in verdict.findings]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Give a place where each look at the clock comes two hours after the last."""
    times = iter(range(1, 10_000))
    monkeypatch.setattr(_seal, "now", lambda: START + timedelta(hours=2 * next(times)))
    return Place(tmp_path)


def test_seal_covers_what_no_digest_covers(place: Place) -> None:
    """Each seal covers what came since the last, and one with nothing new writes nothing."""
    first, second = place.write("a"), place.write("b")
    assert [len(digest.entries) for digest in place.seal().digests] == [2]
    third = place.write("c", datetime.now(timezone.utc))
    (digest,) = place.seal().digests
    assert (digest.number, digest.records, [path for path, _ in digest.entries]) == (2, 3, [third])
    assert digest.size == sum((place.root / path).stat().st_size for path in (first, second, third))
    done = place.seal()
    assert (done.digests, done.anchored, done.left) == ([], {}, [])
    assert place.findings() == []


def test_many_records_make_several_digests(place: Place) -> None:
    """A seal of more records than a digest holds writes several, each anchored."""
    for number in range(7):
        place.write(f"{number}")
    assert [len(digest.entries) for digest in place.seal(limit=3).digests] == [3, 3, 1]
    assert [head.number for head in place.anchor.heads()] == [1, 2, 3]
    assert place.findings() == []


def test_late_record_is_sealed_as_late(place: Place) -> None:
    """A record older than the newest digest is sealed, and stays visible as late."""
    place.write("a")
    place.seal()
    late = place.write("b", START - timedelta(hours=1))
    assert place.findings() == [(late, "inserted")]
    assert place.seal().digests[0].late == (late,)
    assert place.findings() == [(late, "late")]


def test_what_is_no_record_is_left(place: Place) -> None:
    """A seal makes nothing look like a record that is none, says so, and seals the rest."""
    sealed = place.write("a")
    place.seal()
    (place.root / "run" / "other.json").write_text("[]")
    shutil.copy(place.root / sealed, place.root / "run" / "copy.json")
    (place.root / "digests" / "notes.json").write_text("{}")
    (place.root / "run" / "back\\slash.json").write_text('{"time":"2026-01-02T00:00:00Z"}')
    place.write("b", START + timedelta(days=9))
    done = place.seal()
    assert [len(digest.entries) for digest in done.digests] == [1]
    assert sorted(path for path, _ in done.left) == [
        "digests/notes.json",
        "run/back\\slash.json",
        "run/copy.json",
        "run/other.json",
    ]
    assert {kind for _, kind in place.findings()} == {"inserted"}


def test_record_that_goes_while_it_is_sealed_is_not_covered(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is listed and gone a moment later is in no digest."""
    place.write("a")
    monkeypatch.setattr(place.trail, "paths", lambda: (["run/a.json", "run/gone.json"], []))
    (digest,) = place.seal().digests
    assert [path for path, _ in digest.entries] == ["run/a.json"]


@pytest.mark.parametrize("victim", ["anchor", "digest"])
def test_killed_seal_is_mended_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    """After a seal that died before its digest, or before its anchor, the next one goes on."""
    place.write("a")
    place.seal()
    place.write("b", START + timedelta(days=9))

    class Killed(BaseException):
        """As SIGKILL: nothing is cleaned up after it."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if victim == "anchor":
            patch.setattr(place.anchor, "add", die)
        else:
            patch.setattr(place.trail, "write", die)
        with pytest.raises(Killed):
            place.seal()
    expected = {
        "anchor": [(digest_path(2), "unanchored")],
        "digest": [("run/b.json", "uncovered")],
    }
    assert place.findings() == expected[victim]
    assert place.seal().anchored == {"file": 2}
    assert place.findings() == []


def test_loser_of_a_race_starts_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sealer that finds its digest's number taken covers what the other one did not."""
    place.write("a")
    write = place.trail.write

    def late(path: str, data: bytes) -> bool:
        monkeypatch.setattr(place.trail, "write", write)
        place.seal()
        place.write("b", START + timedelta(days=9))
        return write(path, data)

    monkeypatch.setattr(place.trail, "write", late)
    (digest,) = place.seal().digests
    assert (digest.number, [path for path, _ in digest.entries]) == (2, ["run/b.json"])
    assert place.findings() == []


def test_store_that_knows_no_creating_is_read_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another's digest took the place of ours after all, we start over."""
    place.write("a")

    def overwritten(path: str, data: bytes) -> bool:
        monkeypatch.undo()
        digest, _ = parse(data)
        other = replace(digest, time=digest.time + timedelta(seconds=1)).sign(place.key().sign)
        return place.trail.write(path, other)

    monkeypatch.setattr(place.trail, "write", overwritten)
    done = place.seal()
    assert (done.digests, done.anchored) == ([], {"file": 1})
    assert place.findings() == []


def test_what_is_no_file_is_missing(place: Place) -> None:
    """A folder, a link to nowhere or a pipe in a record's place stops no verification."""
    paths = [place.write(name) for name in ("a", "b", "c", "d")]
    place.trail.write("other/e.json", b'{"id":"e","time":"2026-01-02T00:00:00Z"}')
    place.seal()
    for path in paths[:3]:
        (place.root / path).unlink()
    (place.root / paths[0]).symlink_to(place.root)
    (place.root / paths[1]).symlink_to(place.root / paths[1])
    os.mkfifo(place.root / paths[2])
    shutil.rmtree(place.root / "other")
    (place.root / "other").write_text("a file where a folder was")
    lost = [paths[0], paths[1], "other/e.json"]
    assert place.findings() == sorted([(paths[2], "altered"), *((one, "missing") for one in lost)])


def test_damaged_chain_is_not_extended(place: Place) -> None:
    """A seal refuses to go on from a chain that is not whole, and changes nothing."""
    for name in "abc":
        place.write(name, START + timedelta(days=9))
        place.seal()
    place.write("d", START + timedelta(days=9))
    (place.root / digest_path(3)).unlink()
    before = sorted(place.root.rglob("*"))
    with pytest.raises(DamageError, match=r"dropped: digests/00000003\.json .*the anchor file"):
        place.seal()
    assert sorted(place.root.rglob("*")) == before


def test_chain_that_no_anchor_knows_is_not_extended(place: Place) -> None:
    """Without any anchor more than one digest is not trusted, unless the operator says so."""
    for name in "ab":
        place.write(name, START + timedelta(days=9))
        place.seal()
    (place.folder / "heads").unlink()
    with pytest.raises(DamageError, match="no anchor knows the trail, which has 2 digests"):
        place.seal()
    assert place.seal(new_anchors=True).anchored == {"file": 2}


def test_key_changes_by_a_digest_of_the_old_one(place: Place) -> None:
    """From the digest after `--next-key` on the new key signs, and the old one may not."""
    place.write("a")
    place.seal()
    assert place.seal(next_key=place.key(2).public).digests[0].entries == ()
    place.write("b", START + timedelta(days=9))
    with pytest.raises(KeyFileError, match="may not sign digest 3"):
        place.seal()
    place.write("c", START + timedelta(days=9))
    assert place.seal(2, next_key=place.key(3).public).digests[0].number == 3
    with pytest.raises(KeyFileError, match="may not sign digest 4"):
        place.seal(2)
    with pytest.raises(KeyFileError, match="signs already"):
        place.seal(3, next_key=place.key(3).public)
    place.write("d", START + timedelta(days=9))
    place.seal(3)
    assert place.findings() == []


def test_next_key_is_named_by_the_last_digest_of_a_seal(place: Place) -> None:
    """Where a seal writes several digests, the last one hands over."""
    for number in range(5):
        place.write(f"{number}")
    digests = place.seal(next_key=place.key(2).public, limit=2).digests
    assert [digest.next_key is not None for digest in digests] == [False, False, True]
    assert place.findings() == []


def test_years_later_first_key_and_anchor_suffice(place: Place, tmp_path: Path) -> None:
    """Years and keys later a copy of the folder is verified by the first key and the anchor."""
    for year in range(8):
        place.write(f"{year}", START.replace(year=2026 + year))
        signer = min(year // 3 + 1, 3)
        changes = year in {2, 5}
        place.seal(signer, next_key=place.key(signer + 1).public if changes else None)
    copy = Trail(str(shutil.copytree(place.root, tmp_path / "copy")))
    chain, verdict = examine(copy, [place.anchor], place.key().public)
    assert not verdict.wrong(strict=True)
    assert (chain.digests, verdict.verified) == (8, 8)
    (tmp_path / "copy" / "run" / "3.json").write_text("{}")
    _, verdict = examine(copy, [place.anchor], place.key().public)
    assert [(found.path, found.kind) for found in verdict.findings if not found.harmless] == [
        ("run/3.json", "altered")
    ]


_SEAL_OFTEN = """
import sys
from pathlib import Path
from governance.hooks._anchor import FileAnchor
from governance.hooks._seal import seal
from governance.hooks._signature import read_private_key
from governance.hooks._trail import Trail

folder = Path(sys.argv[1])
key = read_private_key(folder / "key-1.pem")
for _ in range(5):
    seal(Trail(str(folder / "trail")), key, [FileAnchor("file", folder / "heads")], limit=7)
"""


def test_sealers_in_processes_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Two processes seal while a third writes: each record is covered once, all is clean."""
    place = Place(tmp_path)
    sealers = [
        subprocess.Popen([sys.executable, "-c", _SEAL_OFTEN, str(tmp_path)]) for _ in range(2)
    ]
    number = 0
    while any(sealer.poll() is None for sealer in sealers):
        place.write(f"{number}", datetime.now(timezone.utc))
        number += 1
        time.sleep(0.02)
    assert [sealer.returncode for sealer in sealers] == [0, 0]
    place.seal()
    assert place.findings() == []
    digests = [parse(data or b"")[0] for _, data in read_all(place.trail, place.trail.paths()[1])]
    assert sum(len(digest.entries) for digest in digests) == number
    assert len(digests) > 2


Said = Callable[..., str]


@pytest.fixture
def said(place: Place, capsys: pytest.CaptureFixture[str]) -> Said:
    """Call the command, and give its exit code and what it prints, without paths and times."""

    def call(*arguments: str) -> str:
        known = ["--uri", str(place.root)]
        if "--anchor" not in arguments:
            known += ["--anchor", f"file:{place.folder}/heads"]
        code = main(["audit", arguments[0], *known, *arguments[1:]])
        out, err = capsys.readouterr()
        text = out + "".join(f"stderr: {line}\n" for line in err.splitlines())
        text = text.replace(str(place.folder), "<folder>")
        return f"{text}exit code {code}"

    return call


def keyed(place: Place, number: int = 1) -> tuple[str, str]:
    """Give the option of a private key."""
    return "--key", f"{place.folder}/key-{number}.pem"


def test_commands_say_what_they_did(place: Place, said: Said, snapshot: SnapshotAssertion) -> None:
    """Sealing and verifying print what an operator needs, and exit as documented."""
    check = ("--public-key", f"{place.folder}/key-1.pub")
    shown = {"nothing": said("seal", *keyed(place))}
    place.write("a")
    place.write("b")
    shown["before the first seal"] = said("verify", *check)
    shown["sealed"] = said("seal", *keyed(place))
    place.write("c", START - timedelta(days=1))
    shown["late"] = said("verify", *check)
    shown["late, sealed; next key"] = said(
        "seal", *keyed(place), "--next-key", f"{place.folder}/key-2.pub"
    )
    place.write("d", START + timedelta(days=300))
    shown["old key"] = said("seal", *keyed(place))
    shown["not yet covered"] = said("verify", *check)
    shown["not yet covered, strictly"] = said("verify", *check, "--strict")
    (place.root / "run" / "x.json").write_text("no record")
    shown["left"] = said("seal", *keyed(place, 2))
    shown["inserted"] = said("verify", *check)
    (place.root / "run" / "x.json").unlink()
    (place.root / "run" / "a.json").write_bytes((place.root / "run" / "b.json").read_bytes())
    (place.root / "run" / "b.json").unlink()
    (place.root / digest_path(3)).unlink()
    shown["tampered"] = said("verify", *check)
    shown["tampered, as JSON"] = said("verify", *check, "--json")
    shown["damaged"] = said("seal", *keyed(place, 2))
    shown["wrong key"] = said("verify", "--public-key", f"{place.folder}/key-3.pub")
    shown["no key"] = said("verify", "--public-key", f"{place.folder}/none.pub")
    shown["unknown anchor"] = said("verify", *check, "--anchor", "rekor")
    shown["unreachable anchor"] = said("verify", *check, "--anchor", "git:/nowhere")
    assert shown == snapshot


def test_unforeseen_error_is_no_verdict(
    place: Place, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a store does not answer the exit code says that nothing could be verified."""

    def fail(_: Trail) -> None:
        raise TimeoutError("the store, password=hunter2hunter2, did not answer")

    monkeypatch.setattr(Trail, "paths", fail)
    text = said("verify", "--public-key", f"{place.folder}/key-1.pub")
    assert text.endswith("exit code 2")
    assert "TimeoutError: the store" in text
    assert "hunter2" not in text


def test_json_is_what_is_printed(place: Place, said: Said) -> None:
    """The JSON holds the same counts and findings as the text."""
    place.write("a")
    said("seal", *keyed(place))
    (place.root / "run" / "a.json").unlink()
    text = said("verify", "--public-key", f"{place.folder}/key-1.pub", "--json")
    found = json.loads(text.partition("exit code")[0])
    assert (found["clean"], found["sealed"], found["verified"]) == (False, 1, 0)
    assert [one["kind"] for one in found["findings"]] == ["missing"]


def test_terminal_sees_how_far_it_is(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a long verification counts, and leaves a clean line."""
    from governance.hooks import _seal_cli

    for number in range(3):
        place.write(f"{number}")
    place.seal()
    monkeypatch.setattr(_seal_cli, "_TICK", -1)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    arguments = ["--uri", str(place.root), "--anchor", f"file:{place.folder}/heads"]
    public = ["--public-key", f"{place.folder}/key-1.pub"]
    assert main(["audit", "verify", *arguments, *public]) == 0
    err = capsys.readouterr().err
    assert "3 of 3 records" in err
    assert err.endswith("\r\x1b[K")


def test_anchors_of_the_settings_are_used(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without options the settings name trail and anchors: ZenML, unless they say otherwise."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_URI", str(place.root))
    place.write("a")
    assert main(["audit", "seal", *keyed(place)]) == 0
    assert "Digest 1 is anchored in zenml." in capsys.readouterr().out
    anchors = json.dumps(["zenml", f"file:{place.folder}/heads"])
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_ANCHORS", anchors)
    assert main(["audit", "seal", *keyed(place)]) == 0
    assert main(["audit", "verify", "--public-key", f"{place.folder}/key-1.pub", "--strict"]) == 0
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_ANCHORS", '["rekor"]')
    assert main(["audit", "seal", *keyed(place)]) == 2
    assert "AUDIT_ANCHORS" in capsys.readouterr().err


def test_trail_of_the_active_stack_is_the_default(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without settings the trail is the one in the active stack's artifact store."""
    root = Path(Client().active_stack.artifact_store.path) / "governance" / "audit"
    assert main(["audit", "seal", *keyed(place)]) in {0, 1}
    main(["audit", "verify", "--public-key", f"{place.folder}/key-1.pub"])
    assert str(root) in capsys.readouterr().out
    shutil.rmtree(root, ignore_errors=True)


def test_copy_is_verified_without_zenml(place: Place, tmp_path: Path) -> None:
    """A folder, a public key and a file are verified where no ZenML can be reached."""
    place.write("a")
    place.seal()
    copy = shutil.copytree(place.root, tmp_path / "elsewhere")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "governance.hooks", "audit", "verify", "--uri", str(copy)),
            *("--public-key", "key-1.pub", "--anchor", "file:heads", "--strict"),
        ],
        cwd=place.folder,
        # No server listens there, and no folder of ZenML can be made.
        env=os.environ
        | {"ZENML_STORE_URL": "http://127.0.0.1:9", "ZENML_CONFIG_PATH": "/proc/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search("1 of 1 sealed records", done.stdout)


def test_report_tells_what_a_verification_found(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the public key the report says that all is as it was sealed, or names what is not."""
    path = place.write("a")
    place.seal()
    known = [f"--uri={place.root}", f"--anchor=file:{place.folder}/heads"]
    known.append(f"--public-key={place.folder}/key-1.pub")
    good, bad = place.folder / "good.html", place.folder / "bad.html"
    main(["audit", "report", str(good), *known])
    assert "No finding" in good.read_text("utf-8")
    (place.root / path).write_bytes(b"{}")
    capsys.readouterr()
    assert main(["audit", "report", str(bad), *known]) == 1
    assert "The verification found 1" in capsys.readouterr().out
    assert "altered" in bad.read_text("utf-8")
    known[-1] = f"--public-key={place.folder}/key-1.pem"
    assert main(["audit", "report", f"{place.folder}/none.html", *known]) == 2
    assert not (place.folder / "none.html").exists()
