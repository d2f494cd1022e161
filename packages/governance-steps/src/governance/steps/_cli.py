"""The command `governance-steps`: the data gate outside a pipeline."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from governance.steps import _check_cli, _profile_cli
from governance.steps._failure import GateConfigurationError
from governance.steps._source import SourceError

_UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line; the process's own by default.

    Returns:
        0 if the data passed, 1 if it was refused, 2 if arguments, settings, contract or data
        cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        with _silent("governance"), _silent("zenml"):
            return int(options.run(options))
    except (GateConfigurationError, SourceError) as error:
        print(error, file=sys.stderr)
        return _UNUSABLE


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a log out of the output: the command prints what it found."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="governance-steps", description="The data gate of ZenML pipelines, outside of them."
    )
    parser.add_argument("--version", action="version", version=version("governance-steps"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _check_cli.add_to(commands)
    _profile_cli.add_to(commands)
    return parser
