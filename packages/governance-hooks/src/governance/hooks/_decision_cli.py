"""The actions `audit override` and `audit release`: what a person decided about a run, and why."""

import argparse
import sys
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks._audit import Written, recording
from governance.hooks._facts import stale_event
from governance.hooks._governed import decision_record
from governance.hooks._stack import stack_of
from governance.hooks._watcher import watcher

if TYPE_CHECKING:
    from governance.hooks._settings import Settings

_CLEAN, _UNCLEAN, _UNUSABLE = 0, 1, 2


def add_to(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the actions to `governance-hooks audit`.

    Args:
        actions: The actions beside them.
    """
    override = _add(actions, "override", "a gate's verdict does not stand")
    override.add_argument("--gate", required=True, help="such as data_quality")
    override.set_defaults(run=_decide, decision="override.granted")
    release = _add(actions, "release", "a run that was held goes on")
    release.set_defaults(run=_decide, decision="hold.released", gate=None)


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str
) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(
        name,
        help=f"record that {words}, and why",
        description=f"Records that {words}, under the name of the active ZenML user. Exit code 1: "
        "the record waits for the trail's store; 2: there is no such run.",
    )
    action.add_argument("pipeline_run", metavar="RUN", help="name or id of the run")
    action.add_argument("--reason", required=True, help="why, in a sentence")
    return action


def _decide(options: argparse.Namespace, _: "Settings") -> int:
    try:
        run = Client().get_pipeline_run(options.pipeline_run, allow_name_prefix_match=False)
    except KeyError:
        print(f"There is no run {options.pipeline_run!r} in the active project.", file=sys.stderr)
        return _UNUSABLE
    by = Client().active_user.name
    record = decision_record(stale_event(run), options.decision, by, options.reason, options.gate)
    results: dict[str, Written] = {}
    watcher.submit(
        recording(lambda: [record], lambda: record, lambda: stack_of(run), results.__setitem__)
    )
    watcher.wait()
    for path, written in results.items():
        print(f"{written:10} {path}")
    return _CLEAN if set(results.values()) == {"written"} else _UNCLEAN
