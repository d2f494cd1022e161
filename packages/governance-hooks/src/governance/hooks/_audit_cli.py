"""The command `governance-hooks audit`: what an auditor, and the sealer, do with the trail."""

import argparse
import sys
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks._audit import Written, recording
from governance.hooks._facts import stale_event
from governance.hooks._governed import decision_record
from governance.hooks._stack import stack_of
from governance.hooks._trail import Trail, trail_at, trail_of
from governance.hooks._watcher import watcher

if TYPE_CHECKING:
    from governance.hooks._settings import Settings

CLEAN, UNCLEAN, UNUSABLE = 0, 1, 2


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line.

    Args:
        commands: The commands beside it.
    """
    audit = commands.add_parser("audit", help="list, seal and verify the audit trail")
    actions = audit.add_subparsers(required=True, metavar="ACTION")

    action = actions.add_parser("list", help="list the records")
    _add_place(action)
    action.set_defaults(run=_list)

    for name, decision, words in (
        ("override", "override.granted", "a gate's verdict does not stand"),
        ("release", "hold.released", "a run that was held goes on"),
    ):
        action = actions.add_parser(
            name,
            help=f"record that {words}, and why",
            description=f"Records that {words}, under the name of the active ZenML user. Exit "
            "code 1: the record waits for the trail's store; 2: there is no such run.",
        )
        action.add_argument("pipeline_run", metavar="RUN", help="name or id of the run")
        action.add_argument("--reason", required=True, help="why, in a sentence")
        if decision == "override.granted":
            action.add_argument("--gate", required=True, help="such as data_quality")
        action.set_defaults(run=_decide, decision=decision, gate=None)


def _add_place(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--uri",
        help="the trail: a folder, or an address within a registered artifact store; by default "
        "the one in the settings, or else the active stack's",
    )


def _place(options: argparse.Namespace) -> Trail:
    if options.uri is not None:
        return trail_at(options.uri)
    return trail_of(Client().active_stack_model.id)


def _list(options: argparse.Namespace, _: "Settings") -> int:
    for path in _place(options).paths()[0]:
        print(path)
    return CLEAN


def _decide(options: argparse.Namespace, _: "Settings") -> int:
    try:
        run = Client().get_pipeline_run(options.pipeline_run, allow_name_prefix_match=False)
    except KeyError:
        print(f"There is no run {options.pipeline_run!r} in the active project.", file=sys.stderr)
        return UNUSABLE
    record = decision_record(
        stale_event(run),
        options.decision,
        Client().active_user.name,
        options.reason,
        options.gate,
    )
    results: list[tuple[str, Written]] = []
    watcher.submit(
        recording(
            lambda: [record],
            lambda: record,
            lambda: stack_of(run),
            lambda path, written: results.append((path, written)),
        )
    )
    watcher.wait()
    for path, written in results:
        print(f"{written:10} {path}")
    return CLEAN if all(written == "written" for _, written in results) else UNCLEAN
