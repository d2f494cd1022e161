"""What commands on the trail are told alike: where it is, and which of its records are meant."""

import argparse
from datetime import datetime

from zenml.client import Client

from governance.hooks._anchor import anchor_at
from governance.hooks._head import Anchor
from governance.hooks._selection import Selection, bound
from governance.hooks._settings import settings
from governance.hooks._time import now
from governance.hooks._trail import Trail, trail_at, trail_of


def add_place(action: argparse.ArgumentParser) -> None:
    """Let a command be told where the trail is.

    Args:
        action: The command.
    """
    action.add_argument(
        "--uri",
        help="the trail: a folder, or an address within a registered artifact store; by default "
        "the one in the settings, or else the active stack's",
    )


def place(options: argparse.Namespace) -> Trail:
    """Find the trail that a command was told.

    Args:
        options: The command's arguments.

    Returns:
        The trail.

    Raises:
        SettingsError: If no registered store holds the address.
    """
    if options.uri is not None:
        return trail_at(options.uri)
    return trail_of(Client().active_stack_model.id)


def add_anchors(action: argparse.ArgumentParser) -> None:
    """Let a command be told where the newest digest is noted outside the store.

    Args:
        action: The command.
    """
    action.add_argument(
        "--anchor",
        action="append",
        metavar="ANCHOR",
        help="zenml, file:PATH or git:REPOSITORY, also several; by default those in the settings",
    )


def anchors(options: argparse.Namespace, trail: Trail) -> list[Anchor]:
    """Find the anchors that a command was told.

    Args:
        options: The command's arguments.
        trail: The trail.

    Returns:
        The anchors; nothing is read yet.

    Raises:
        AnchorError: If there is no such kind of anchor.
    """
    names = options.anchor or settings().audit_anchors
    return [anchor_at(name, trail.root) for name in names]


def add_selection(action: argparse.ArgumentParser) -> None:
    """Let a command be told which records it is about.

    Args:
        action: The command.
    """
    action.add_argument(
        "--since",
        type=_since,
        metavar="TIME",
        help='records from then on: a duration such as "7d", or a date or time such as '
        '"2026-01-31" or "2026-01-31T12:00:00Z"',
    )
    action.add_argument(
        "--until", type=_until, metavar="TIME", help="records before then; a date counts whole"
    )
    action.add_argument("--pipeline", metavar="NAME", help="a name, or a pattern with * and ?")
    action.add_argument("--run", dest="of_run", metavar="RUN", help="a run's id or name")
    action.add_argument(
        "--type", metavar="TYPE", help='such as "run.failed", or a pattern such as "gate.*"'
    )
    action.add_argument("--user", metavar="USER", help="who ran the pipeline, or who decided")


def selection(options: argparse.Namespace) -> Selection:
    """Tell which records a command is about.

    Args:
        options: The command's arguments.

    Returns:
        What is asked for.
    """
    return Selection(
        since=options.since,
        until=options.until,
        pipeline=options.pipeline,
        run=options.of_run,
        kind=options.type and options.type.removeprefix("governance."),
        user=options.user,
    )


def _since(text: str) -> datetime:
    return _bound(text, end=False)


def _until(text: str) -> datetime:
    return _bound(text, end=True)


def _bound(text: str, *, end: bool) -> datetime:
    try:
        return bound(text, now(), end=end)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
