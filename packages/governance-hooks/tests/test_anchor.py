import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from zenml.client import Client

from governance.hooks._anchor import anchor_at
from governance.hooks._head import Anchor, AnchorError, Head, advance, head_of, head_text
from governance.hooks._zenml_anchor import MODEL, ZenMLAnchor

GIT = shutil.which("git") or "git"
URI = "s3://store/governance/audit"


def head(number: int, uri: str = URI, month: int = 1) -> Head:
    """Make a head."""
    return Head(number, f"{number:064x}", datetime(2026, month, 2, tzinfo=timezone.utc), uri)


@pytest.fixture(params=["zenml", "file", "git"])
def anchor(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Anchor]:
    """Give an anchor of each kind, of a trail of the test's own, as each process finds it."""
    place = {"zenml": "zenml", "file": f"file:{tmp_path}/new/heads", "git": f"git:{tmp_path}"}
    if request.param == "git":
        subprocess.run([GIT, "init", "--quiet", "--bare", str(tmp_path)], check=True)
    return lambda: anchor_at(place[request.param], f"{URI}{tmp_path}")


def test_anchor_keeps_what_it_is_given(
    anchor: Callable[[], Anchor], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """An anchor knows nothing at first, and then each head, in ZenML the last of each month."""
    uri = f"{URI}{tmp_path}"
    assert anchor().heads() == []
    heads = [head(1, uri), head(2, uri), head(3, uri, month=2)]
    assert [advance(anchor(), one) for one in heads] == [True] * 3
    kept = heads[1:] if "zenml" in request.node.name else heads
    assert sorted(anchor().heads(), key=lambda one: one.number) == kept


def test_anchor_only_moves_forward(anchor: Callable[[], Anchor], tmp_path: Path) -> None:
    """A head that is not newer than what the anchor knows changes nothing."""
    uri = f"{URI}{tmp_path}"
    advance(anchor(), head(5, uri))
    before = anchor().heads()
    assert not advance(anchor(), head(5, uri, month=2))
    assert not advance(anchor(), head(4, uri, month=2))
    assert anchor().heads() == before


def test_trails_do_not_share_an_anchor(anchor: Callable[[], Anchor], tmp_path: Path) -> None:
    """A file or a repository keeps the heads of one trail; ZenML keeps trails apart itself."""
    found = anchor()
    found.add(head(1, f"{URI}{tmp_path}"))
    if isinstance(found, ZenMLAnchor):
        assert anchor_at("zenml", "s3://another").heads() == []
        assert anchor_at(f"zenml:{URI}{tmp_path}", "/copy").heads() == found.heads()
        return
    with pytest.raises(AnchorError, match="Give each trail an anchor of its own"):
        found.add(head(2, "s3://another"))


def test_zenml_model_says_what_it_is() -> None:
    """Who comes across the model in the dashboard reads that it should stay."""
    ZenMLAnchor("zenml", "/told").add(head(1, "/told"))
    ZenMLAnchor("zenml", "/told/twice").add(head(1, "/told/twice"))
    assert "Do not delete" in (Client().get_model(MODEL).description or "")
    versions = Client().list_model_versions(model_name_or_id=MODEL, hydrate=True).items
    assert "The audit trail at /told" in [version.description for version in versions]


def test_zenml_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot be reached is no empty anchor."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("connection refused")

    monkeypatch.setattr(Client, "get_model_version", fail)
    found = ZenMLAnchor("zenml", URI)
    with pytest.raises(AnchorError, match="connection refused"):
        found.heads()
    with pytest.raises(AnchorError, match="connection refused"):
        found.add(head(1))


def test_git_tag_is_annotated_and_readable(tmp_path: Path) -> None:
    """The tag names the digest, and its text is the head, for those who fetch it."""
    subprocess.run([GIT, "init", "--quiet", str(tmp_path)], check=True)
    anchor_at(f"git:{tmp_path}", URI).add(head(7))
    show = [GIT, "-C", str(tmp_path), "for-each-ref", "--format=%(objecttype) %(contents)"]
    shown = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    kind, _, text = shown.strip().partition(" ")
    assert kind == "tag"
    assert json.loads(text) == json.loads(head_text(head(7)))


def test_git_says_why_it_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository, a tag that is there already and no git are errors in git's own words."""
    found = anchor_at(f"git:{tmp_path}/none", URI)
    with pytest.raises(AnchorError, match="No such file or directory"):
        found.heads()
    subprocess.run([GIT, "init", "--quiet", str(tmp_path)], check=True)
    found = anchor_at(f"git:{tmp_path}", URI)
    found.add(head(1))
    with pytest.raises(AnchorError, match="already exists"):
        found.add(head(1))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(AnchorError, match="git cannot be run"):
        found.heads()


def test_file_says_why_it_does_not_work(tmp_path: Path) -> None:
    """A file that cannot be read or written, or holds something else, is an error."""
    found = anchor_at(f"file:{tmp_path}", URI)
    with pytest.raises(AnchorError, match="cannot be read"):
        found.heads()
    file = tmp_path / "heads"
    file.write_text("")
    with pytest.raises(AnchorError, match="cannot be written"):
        anchor_at("file:/proc/none/heads", URI).add(head(1))
    file.write_text(head_text(head(1)) + "\n" + head_text(head(2))[:40])
    with pytest.raises(AnchorError, match=r"heads, line 2: .*may be removed"):
        anchor_at(f"file:{file}", URI).heads()


@pytest.mark.parametrize("change", [{"number": 0}, {"sha256": "x"}, {"more": 1}])
def test_what_is_no_head_is_refused(change: dict[str, object]) -> None:
    """A number, a hash or a member that no seal writes is refused."""
    text = json.dumps(json.loads(head_text(head(1))) | change)
    with pytest.raises(AnchorError, match="here: expected a head"):
        head_of(text, "here")


@pytest.mark.parametrize("name", ["", "rekor", "file:", "git:"])
def test_unknown_anchor_is_refused(name: str) -> None:
    """An anchor of no known kind, or without its place, is refused with what is possible."""
    with pytest.raises(AnchorError, match="expected zenml, zenml:URI, file:PATH or git:REPOSITORY"):
        anchor_at(name, URI)


_ADD = """
import sys
from datetime import datetime, timezone
from governance.hooks._anchor import anchor_at
from governance.hooks._head import Head

_, path, uri, start = sys.argv
for number in range(int(start), int(start) + 50):
    head = Head(number, f"{number:064x}", datetime.now(timezone.utc), uri)
    anchor_at(f"file:{path}", uri).add(head)
"""


def test_lines_of_two_sealers_do_not_mix(tmp_path: Path) -> None:
    """Two processes that add to one file at the same time lose no line."""
    path = tmp_path / "heads"
    programs = [
        subprocess.Popen([sys.executable, "-c", _ADD, str(path), URI, start])
        for start in ("1", "51")
    ]
    assert [program.wait() for program in programs] == [0, 0]
    known = {one.number for one in anchor_at(f"file:{path}", URI).heads()}
    assert known == set(range(1, 101))
    assert path.stat().st_mode & 0o022 == 0
