"""Where a run's code ran, and what was installed there."""

import re
from functools import lru_cache
from importlib.metadata import distributions
from typing import TYPE_CHECKING

from governance.hooks._canonical import fingerprint
from governance.hooks._evidence import Origin, Recorder

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse

# Of what ZenML knows about the machine.
_RUNTIME = {
    "environment": "environment",
    "os": "os",
    "python_version": "python",
    "zenml_version": "zenml",
}
_COMPONENT = re.compile(r"governance-|zenml$")


def origin_of(run: "PipelineRunResponse", recorder: Recorder) -> Origin:
    """Tell where a record about a run comes from.

    Args:
        run: The run.
        recorder: Who writes the record.

    Returns:
        What ZenML knows of the machine that ran it; with what is installed here, where this
        process runs a part of it.
    """
    known = run.orchestrator_environment or run.client_environment
    runtime = {
        name: str(known[key]) for key, name in _RUNTIME.items() if known.get(key) not in {None, ""}
    }
    if recorder not in {"hook", "step"}:
        return Origin(recorder, runtime)
    installed = _installed()
    components = {name: found for name, found in installed.items() if _COMPONENT.match(name)}
    return Origin(recorder, runtime, components, _packages())


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    # Of two versions on the path the first is the one that is imported.
    found: dict[str, str] = {}
    for distribution in distributions():
        try:
            name, installed = distribution.name, distribution.version
        except (KeyError, OSError, TypeError):  # being installed, or removed by halves
            continue
        if name and installed:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), installed)
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def _packages() -> str:
    return fingerprint(_installed())
