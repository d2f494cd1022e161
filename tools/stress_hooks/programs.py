"""What the arena starts as programs: `setup`, `submit` and `reconcile`, each with JSON to do."""

import contextlib
import json
import runpy
import sys
import time
from pathlib import Path
from typing import Any

from zenml.client import Client
from zenml.enums import HookType
from zenml.enums import StackComponentType as Kind
from zenml.models import HookInvocationFilter
from zenml.utils import source_utils

from governance.hooks.testing import FakeSlack
from tools.component import ROOT
from tools.stress_hooks import pipelines

_FLAVORS = {
    "recording": ("governance.hooks.testing.RecordingAlerterFlavor", Kind.ALERTER),
    "process": ("tools.process_orchestrator.ProcessOrchestratorFlavor", Kind.ORCHESTRATOR),
}


def setup(stacks: list[dict[str, Any]], answer: str) -> None:
    """Register stacks.

    Args:
        stacks: `name`, `alerter` (flavor and configuration) and `orchestrator` (configuration of
            the process orchestrator, or None for ZenML's local one) of each.
        answer: File that gets the stacks' ids by name.
    """
    client = Client()
    known = {flavor.name for flavor in client.list_flavors(size=200).items}
    for name, (source, kind) in _FLAVORS.items():
        if name not in known:
            client.create_flavor(source, kind)
    default = client.active_stack_model.components
    ids = {}
    for stack in stacks:
        name, (flavor, configuration) = stack["name"], stack["alerter"]
        client.create_stack_component(name, flavor, Kind.ALERTER, configuration)
        orchestrator: Any = default[Kind.ORCHESTRATOR][0].id
        if (settings := stack["orchestrator"]) is not None:
            client.create_stack_component(name, "process", Kind.ORCHESTRATOR, settings)
            orchestrator = name
        store = default[Kind.ARTIFACT_STORE][0].id
        components = {
            Kind.ORCHESTRATOR: orchestrator,
            Kind.ARTIFACT_STORE: store,
            Kind.ALERTER: name,
        }
        ids[name] = str(client.create_stack(name, components).id)
    Path(answer).write_text(json.dumps(ids), "utf-8")


def submit(pipeline: str, runs: list[dict[str, Any]], answer: str) -> None:
    """Run a pipeline one time after the other, on the active stack.

    Args:
        pipeline: A name of `pipelines`, or of its `failing` ones.
        runs: `name` and `parameters` of each run.
        answer: File that gets each run's status by name, when the last one was over, and how
            many seconds its failure hook held its step up, as ZenML records it.
    """
    source_utils.set_custom_source_root(str(ROOT))
    governed: Any = pipelines.failing.get(pipeline) or getattr(pipelines, pipeline)
    statuses = {}
    over = 0.0
    for run in runs:
        # What a failed run raises is ZenML's matter; its status tells.
        with contextlib.suppress(Exception):
            governed.with_options(run_name=run["name"])(**run["parameters"])
        over = time.monotonic()
        statuses[run["name"]] = Client().get_pipeline_run(run["name"]).status.value
    told = {"statuses": statuses, "over": over, "held": _held(runs[-1]["name"])}
    Path(answer).write_text(json.dumps(told), "utf-8")


def _held(name: str) -> float:
    run = Client().get_pipeline_run(name)
    hooks = Client().zen_store.list_hook_invocations(
        HookInvocationFilter(
            project=run.project_id, pipeline_run_id=run.id, hook_type=HookType.STEP_FAILURE.value
        )
    )
    return sum(hook.duration.total_seconds() for hook in hooks.items if hook.duration)


def reconcile(arguments: list[str]) -> None:
    """Be the command `governance-hooks reconcile`.

    Args:
        arguments: Its options.
    """
    sys.argv[1:] = ["reconcile", *arguments]
    runpy.run_module("governance.hooks", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    FakeSlack.attach()  # where a proof has one
    _program: Any = {"setup": setup, "submit": submit, "reconcile": reconcile}[sys.argv[1]]
    _program(**json.loads(sys.argv[2]))
