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
_PRELUDE = '''
from typing import Any
import pandas as pd
from zenml import pipeline, step
from zenml.client import Client
from zenml.pipelines import Pipeline
from zenml.steps import BaseStep

@step
def load_data() -> pd.DataFrame:
    return pd.DataFrame({"age": range(20, 140), "label": [0, 1] * 60})

@step
def train_model(data: pd.DataFrame) -> float:
    return float(data["age"].mean())

@step
def evaluate_model(model: float) -> dict[str, float]:
    return {"accuracy": 0.91, "precision": 0.88, "recall": 0.84}

_known = set(map(id, globals().values()))

def _run_new() -> None:
    """Run what a snippet defined, as its reader would."""
    for name, value in list(globals().items()):
        if id(value) in _known or not getattr(value, "__module__", "").startswith("zenml"):
            continue
        _known.add(id(value))
        if isinstance(value, Pipeline):
            print("ran pipeline", name, value().status, flush=True)
        elif isinstance(value, BaseStep) and "data" in value.entrypoint_definition.inputs:
            data = load_data.entrypoint()
            value.entrypoint(data)
            print("ran step", name, flush=True)
'''


def snippets(readme: Path) -> list[str]:
    return _SNIPPET.findall(readme.read_text("utf-8"))


def as_program(parts: list[str]) -> str:
    body = "\n".join(f"{part}\n_run_new()\n" for part in parts)
    return f"{_PRELUDE}\nfrom governance import steps as _steps\n" + _marked(body)


def _marked(body: str) -> str:
    # What is imported from the platform is not what a snippet defines.
    lines = []
    for line in body.splitlines():
        lines.append(line)
        if line == "_run_new()":
            continue
        if line.startswith(("from governance", "import governance", ")")):
            lines.append("_known.update(id(v) for v in vars(_steps).values())")
    return "\n".join(lines)


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
