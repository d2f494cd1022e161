import ast
from pathlib import Path

import pytest

from tools.component import ROOT

FILES = sorted([*ROOT.glob("packages/*/tests/test_*.py"), *ROOT.glob("t*/**/test_*.py")])


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_a_claim(file: Path) -> None:
    """Every test's docstring says what is claimed, as a sentence."""
    tests = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert [node.name for node in tests if not (ast.get_docstring(node) or "").endswith(".")] == []


def test_no_two_test_files_share_a_name() -> None:
    """A test file's name says which one it is."""
    names = [file.name for file in FILES]
    assert sorted(set(names)) == sorted(names)
