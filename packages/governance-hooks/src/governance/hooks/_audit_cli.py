"""The command `governance-hooks audit`: what auditors, sealers and deciders do with the trail."""

from typing import TYPE_CHECKING

from governance.hooks import _decision_cli, _reading_cli, _seal_cli

if TYPE_CHECKING:
    import argparse


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line.

    Args:
        commands: The commands beside it.
    """
    audit = commands.add_parser("audit", help="read, seal and verify the audit trail")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    _reading_cli.add_to(actions)
    _decision_cli.add_to(actions)
    _seal_cli.add_to(actions)
