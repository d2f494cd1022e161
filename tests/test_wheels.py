import re
from importlib.metadata import files, metadata, requires

import pytest
from packaging.requirements import Requirement

from tools.component import ROOT, Component, components

COMPONENTS = components()
each = pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)


def installed(component: Component) -> set[str]:
    return {str(path) for path in files(component.name) or [] if ".dist-info" not in str(path)}


def test_no_file_is_in_two_wheels() -> None:
    """Components can be installed and removed in any order: they share no file."""
    everything = [path for component in COMPONENTS for path in installed(component)]
    assert len(everything) == len(set(everything))
    assert "governance/__init__.py" not in everything


@each
def test_licence_is_the_repository_s(component: Component) -> None:
    """Each component carries the repository's licence, word for word."""
    assert (component.path / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@each
def test_no_component_needs_another(component: Component) -> None:
    """A component is installed alone: none requires another."""
    names = {Requirement(line).name for line in requires(component.name) or []}
    assert not names & {other.name for other in COMPONENTS}


@each
def test_changelog_has_the_version(component: Component) -> None:
    """The version that is installed is the newest one in the changelog, and it is dated."""
    text = (component.path / "CHANGELOG.md").read_text("utf-8")
    dated = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert dated[0] == metadata(component.name)["Version"] == component.version


def test_component_table_is_true() -> None:
    """The README's component table names each package and its version."""
    text = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[`(governance-\w+)`\]\([^)]*\) \| (\S+) \|", text, re.MULTILINE)
    assert dict(rows) == {component.name: component.version for component in COMPONENTS}
