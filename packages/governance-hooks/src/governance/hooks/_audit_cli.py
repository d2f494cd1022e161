"""The command `governance-hooks audit`: what an auditor, and the sealer, do with the trail."""

import argparse
from typing import TYPE_CHECKING

from zenml.client import Client

from governance.hooks import _seal_cli
from governance.hooks._trail import Trail, trail_at, trail_of

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

    _seal_cli.add_to(actions, _place, _add_place)


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
