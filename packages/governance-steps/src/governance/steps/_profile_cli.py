"""The command `governance-steps profile`: a contract proposed from data."""

import argparse
import sys
from pathlib import Path

from governance.steps._data import FORMS, read_data
from governance.steps._profile import profile_frame
from governance.steps._progress import progress
from governance.steps._proposal import proposed_contract
from governance.steps._written import write_file


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line.

    Args:
        commands: The commands beside it.
    """
    command = commands.add_parser(
        "profile",
        help="propose a contract from data",
        description=(
            "Writes a contract that the data passes, to be read and changed. Exit code 2: "
            "arguments or data cannot be used, or the file cannot be written."
        ),
    )
    command.add_argument("data", metavar="DATA", help=FORMS)
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="write to this file, and not to the output"
    )
    command.add_argument(
        "--no-values", action="store_true", help="leave out ranges and lists of values"
    )
    command.add_argument("--quiet", action="store_true", help="show no progress")
    command.set_defaults(run=_profile)


def _profile(options: argparse.Namespace) -> int:
    with progress(quiet=options.quiet) as told:
        profile = profile_frame(read_data(options.data, told))
    text = proposed_contract(profile, options.data, values=not options.no_values)
    if options.output is None:
        sys.stdout.write(text)
        return 0
    write_file(options.output, text)
    return 0
