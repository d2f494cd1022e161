"""The command `governance-hooks`: what a platform team runs beside the pipelines."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version

from governance.hooks import _audit_cli, _heartbeat
from governance.hooks._duration import duration_text
from governance.hooks._reconcile import reconcile
from governance.hooks._settings import Settings, SettingsError, load, seconds
from governance.hooks._time import now

_CLEAN, _UNCLEAN, _UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line; the process's own by default.

    Returns:
        0 if all is well, 1 if something is left to be told or a heartbeat is old, 2 if
        arguments or settings cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return _UNUSABLE
    # The command prints what became of each message; the log would say it again.
    ours = logging.getLogger("governance")
    level = ours.level
    ours.setLevel(logging.ERROR)
    try:
        return int(options.run(options, settings))
    finally:
        ours.setLevel(level)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="governance-hooks", description="Alerts of ZenML pipelines: what no hook can do."
    )
    parser.add_argument("--version", action="version", version=version("governance-hooks"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "reconcile",
        help="tell and record what ended or hangs without a hook, and what waits",
        description=(
            "Finds runs that were killed, all cached or do not end, sends and records what is "
            "missing, and delivers what waits in outboxes and in this machine's spool. Run it "
            "every few minutes. Exit code 1: something is left to be told or recorded; 2: "
            "arguments or settings cannot be used."
        ),
    )
    command.add_argument(
        "--since",
        type=_duration,
        metavar="DURATION",
        help="look at runs that ended in this last time, such as 24h; the default goes on where "
        "the last reconciliation stopped",
    )
    command.add_argument(
        "--stale-after",
        type=_duration,
        metavar="DURATION",
        help="tell a run that has not ended so long after it was created; the setting's value by "
        "default",
    )
    command.add_argument("--dry-run", action="store_true", help="only list what would be told")
    command.set_defaults(run=_reconcile)

    command = commands.add_parser(
        "heartbeat",
        help="tell when runs were last reconciled",
        description="Exit code 1: too long ago, or never.",
    )
    command.add_argument(
        "--max-age",
        type=_duration,
        default=3_600.0,
        metavar="DURATION",
        help="how long ago is too long (default: 1h)",
    )
    command.set_defaults(run=_beat)

    _audit_cli.add_to(commands)

    command = commands.add_parser("settings", help="check the settings and print them")
    command.set_defaults(run=_print_settings)
    return parser


def _reconcile(options: argparse.Namespace, settings: Settings) -> int:
    stale_after = settings.stale_after if options.stale_after is None else options.stale_after
    sweep = reconcile(since=options.since, stale_after=stale_after, dry_run=options.dry_run)
    for alerter, message, result in sweep.results:
        print(f"{result:14} {message} → {alerter}")
    for alerter, message in sweep.found:
        print(f"{'to be told':14} {message} → {alerter}")
    for path in sweep.missing:
        print(f"{'to be recorded':14} {path}")
    for path in sweep.recorded:
        print(f"{'recorded':14} {path}")
    for path in sweep.unrecorded:
        print(f"{'unrecorded':14} {path}")
    for problem in sweep.problems:
        print(f"{'problem':14} {problem}")
    told = sum(result == "told" for _, _, result in sweep.results)
    print(
        f"Runs since {sweep.since:%Y-%m-%d %H:%M} UTC: {told} told, "
        f"{len(sweep.found)} found, {sweep.pending} with another process, "
        f"{len(sweep.recorded)} recorded, {len(sweep.unrecorded)} not, "
        f"{len(sweep.problems)} problems."
    )
    return _CLEAN if sweep.is_clean else _UNCLEAN


def _beat(options: argparse.Namespace, _: Settings) -> int:
    last = _heartbeat.read()
    if last is None:
        print("Runs were never reconciled from the active stack.")
        return _UNCLEAN
    age = (now() - last.time).total_seconds()
    print(f"Runs were last reconciled {duration_text(age)} ago, at {last.time:%Y-%m-%d %H:%M} UTC.")
    return _CLEAN if age <= options.max_age else _UNCLEAN


def _print_settings(_: argparse.Namespace, settings: Settings) -> int:
    print(settings.model_dump_json(indent=2))
    return _CLEAN


def _duration(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
