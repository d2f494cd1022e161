import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.component import ROOT

Program = Callable[..., Any]

READMES = [
    ROOT / "README.md",
    *sorted(ROOT.glob("packages/*/README.md")),
    *sorted(ROOT.glob("docker/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]
_SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

# What a data science team has of its own, small.
_PRELUDE = """
from typing import Any
import pandas as pd
from zenml import pipeline, step
from zenml.pipelines.pipeline_definition import Pipeline
from zenml.steps.base_step import BaseStep

@step
def load_data() -> pd.DataFrame:
    return pd.DataFrame({"age": range(20, 140), "label": [0, 1] * 60})

@step
def train_model(data: pd.DataFrame) -> float:
    return float(data["age"].mean())

@step
def evaluate_model(model: float) -> dict[str, float]:
    return {"accuracy": 0.91, "precision": 0.88, "recall": 0.84}

_known = set()

def _run_new() -> None:
    # What a snippet defines is run as its reader would run it.
    for name, value in list(globals().items()):
        if not isinstance(value, Pipeline | BaseStep) or id(value) in _known:
            continue
        _known.add(id(value))
        if value.entrypoint.__module__ != "__main__":  # imported from the platform
            continue
        if isinstance(value, Pipeline):
            print("ran pipeline", name, value().status, flush=True)
        elif "data" in value.entrypoint.__code__.co_varnames:
            value.entrypoint(load_data.entrypoint())
            print("ran step", name, flush=True)

_known.update(id(value) for value in list(globals().values()))
"""


def snippets(readme: Path) -> list[str]:
    return _SNIPPET.findall(readme.read_text("utf-8"))


def as_program(parts: list[str]) -> str:
    return _PRELUDE + "\n".join(f"{part}\n_run_new()\n" for part in parts)


def dynamic(code: str) -> str:
    """Make every pipeline of a snippet a dynamic one."""
    code = re.sub(r"^@pipeline$", "@pipeline(dynamic=True)", code, flags=re.MULTILINE)
    return re.sub(r"^@pipeline\((?!dynamic)", "@pipeline(dynamic=True, ", code, flags=re.MULTILINE)


# A stand-in for what no test machine has: a GPU and its library.
_TORCH = """
class cuda:
    is_available = staticmethod(lambda: False)
    device_count = staticmethod(int)
"""


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("kind", ["static", "dynamic"])
def test_every_snippet_runs(program: Program, readme: Path, kind: str) -> None:
    """Every Python snippet of a README runs as written, and as a dynamic pipeline."""
    parts = snippets(readme)
    if not parts:
        pytest.skip("it has no Python snippet")
    code = as_program(parts)
    done = program(dynamic(code) if kind == "dynamic" else code, modules={"torch": _TORCH})
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line for line in done.stdout.splitlines() if line.startswith("ran pipeline")]
    assert all(line.endswith("completed") for line in ran)
    defined = len(re.findall(r"^@pipeline", "\n".join(parts), flags=re.MULTILINE))
    assert len(ran) == defined, done.stdout
