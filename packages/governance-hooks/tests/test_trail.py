import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from zenml.client import Client
from zenml.enums import StackComponentType

from governance.hooks import _settings
from governance.hooks._settings import SettingsError
from governance.hooks._trail import AUDIT_FOLDER, Trail, trail_at, trail_of

pytestmark = pytest.mark.any_version

if TYPE_CHECKING:
    from zenml.artifact_stores import BaseArtifactStore


def test_file_is_written_once(tmp_path: Path) -> None:
    """The first writer of a name wins, and nothing replaces what it wrote."""
    trail = Trail(str(tmp_path))
    assert trail.write("run/a.json", b"first")
    assert not trail.write("run/a.json", b"second")
    assert trail.read("run/a.json") == b"first"
    assert trail.exists("run/a.json")
    assert not trail.exists("run/b.json")
    with pytest.raises(FileNotFoundError):
        trail.read("run/b.json")


def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    """However many write the same name at once, one of them does, whole."""
    trail = Trail(str(tmp_path))
    for number in range(20):
        with ThreadPoolExecutor(8) as pool:
            contents = [bytes([writer]) * 10_000 for writer in range(8)]
            won = list(pool.map(trail.write, [f"run/{number}.json"] * len(contents), contents))
        assert won.count(True) == 1
        assert trail.read(f"run/{number}.json") == contents[won.index(True)]
    assert list(tmp_path.rglob(".*")) == []


def test_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has no links still gets whole files, and never two of a name."""

    def no_links(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    trail = Trail(str(tmp_path))
    assert trail.write("run/a.json", b"first")
    assert not trail.write("run/a.json", b"second")
    assert trail.read("run/a.json") == b"first"


def test_killed_writer_leaves_nothing_that_can_be_read(tmp_path: Path) -> None:
    """A process that is killed while it writes leaves no record, and the next one writes it."""
    program = f"""
import os, signal
from governance.hooks._trail import Trail
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
Trail({str(tmp_path)!r}).write("run/a.json", b"x" * 100)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode < 0
    trail = Trail(str(tmp_path))
    assert trail.paths() == ([], [])
    assert trail.write("run/a.json", b"whole")
    assert trail.paths() == (["run/a.json"], [])


def test_paths_are_listed_in_order(tmp_path: Path) -> None:
    """Records and digests are listed apart and sorted, wherever they lie, and nothing else."""
    trail = Trail(str(tmp_path))
    assert trail.paths() == ([], [])
    for path in ("b/2.json", "b/1.json", "a/x/3.json", "4.json", "digests/1.json", "b/note.txt"):
        trail.write(path, b"")
    assert trail.paths() == (["4.json", "a/x/3.json", "b/1.json", "b/2.json"], ["digests/1.json"])


class _Remote:
    """An object store whose library cannot create only, or finds another was first."""

    def __init__(self, folder: Path, *, taken: bool = False) -> None:
        self.folder, self.taken = folder, taken

    def local(self, path: str) -> Path:
        return self.folder / path.partition("://")[2]

    def exists(self, path: str) -> bool:
        return not self.taken and self.local(path).exists()

    def open(self, path: str, mode: str) -> Any:
        if self.taken:
            raise FileExistsError(path)
        self.local(path).parent.mkdir(parents=True, exist_ok=True)
        return self.local(path).open(mode.replace("x", "w"))

    def glob(self, pattern: str) -> list[str]:
        root = self.local(pattern.removesuffix("/**"))
        return [f"s3://{path.relative_to(self.folder)}" for path in root.rglob("*")]


def test_object_store_is_asked_by_its_own_means(tmp_path: Path) -> None:
    """In an object store a record is one conditional put, and one listing finds them all."""
    store = cast("BaseArtifactStore", _Remote(tmp_path))
    trail = Trail("s3://bucket/audit/", lambda: store)
    assert trail.write("run/a.json", b"first")
    assert not trail.write("run/a.json", b"second")
    assert trail.read("run/a.json") == b"first"
    assert trail.exists("run/a.json")
    assert trail.paths() == (["run/a.json"], [])
    late = cast("BaseArtifactStore", _Remote(tmp_path, taken=True))
    assert not Trail("s3://bucket/audit", lambda: late).write("run/a.json", b"third")


def test_remote_trail_needs_its_store() -> None:
    """An address without an artifact store is an error that names it."""
    with pytest.raises(ValueError, match="s3://bucket/audit"):
        Trail("s3://bucket/audit").read("run/a.json")


def test_settings_say_where_the_trail_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trail is in the stack's artifact store, or wherever the settings say."""
    stack = Client().active_stack_model.id
    assert trail_of(stack).root == f"{Client().active_stack.artifact_store.path}/{AUDIT_FOLDER}"
    monkeypatch.setenv("GOVERNANCE_HOOKS_AUDIT_URI", str(tmp_path))
    _settings.settings.cache_clear()
    assert trail_of(stack).root == str(tmp_path)


def test_address_is_looked_for_in_registered_stores(tmp_path: Path) -> None:
    """An address belongs to the registered artifact store that holds it, or to none."""
    assert trail_at(f"file://{tmp_path}").root == str(tmp_path)
    with pytest.raises(SettingsError, match=r"no artifact store .* holds gs://bucket/audit"):
        trail_at("gs://bucket/audit")


def test_stack_s_store_may_have_a_path_of_its_own(tmp_path: Path) -> None:
    """A store whose configuration says where it is need not be reached to tell the trail."""
    client = Client()
    name = f"store-{tmp_path.name}"
    client.create_stack_component(
        name, "local", StackComponentType.ARTIFACT_STORE, {"path": str(tmp_path)}
    )
    components: Any = {
        kind: [model.id for model in models]
        for kind, models in client.active_stack_model.components.items()
    } | {StackComponentType.ARTIFACT_STORE: name}
    stack = client.create_stack(name, components)
    trail = trail_of(stack.id)
    assert trail.root == f"{tmp_path}/{AUDIT_FOLDER}"
    assert trail.write("run/a.json", b"")
    assert (tmp_path / AUDIT_FOLDER / "run" / "a.json").exists()
