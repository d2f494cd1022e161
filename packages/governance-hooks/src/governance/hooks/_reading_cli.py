"""The commands that read the trail: `audit list`, `show`, `export` and `report`."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from governance.hooks import _copy, _listing, _sheet
from governance.hooks._audit_options import (
    add_anchors,
    add_place,
    add_selection,
    anchors,
    place,
    selection,
)
from governance.hooks._coverage import Coverage, coverage_of
from governance.hooks._entry import Entry, Unreadable
from governance.hooks._examination import examine
from governance.hooks._head import AnchorError
from governance.hooks._reading import Found, entries, read, resolve
from governance.hooks._selection import Selection
from governance.hooks._settings import SettingsError
from governance.hooks._signature import KeyFileError, read_public_key
from governance.hooks._summary import Summary
from governance.hooks._time import now
from governance.hooks._trail import Trail

CLEAN, UNCLEAN, UNUSABLE = 0, 1, 2
_CANDIDATES = 10

_CODES = (
    "Exit code 1: a file is no record, which is said, or nothing was found; 2: arguments, "
    "settings or files cannot be used."
)


def add_to(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `governance-hooks audit`.

    Args:
        actions: The commands beside them.
    """

    def add(
        name: str, run: Callable[[argparse.Namespace], int], words: str, more: str
    ) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=words, description=f"{more} {_CODES}")
        add_place(action)
        action.set_defaults(run=lambda options, _: _guarded(run, options))
        return action

    action = add("list", _list, "list records", "Lists records in the order of their times.")
    add_selection(action)
    action.add_argument("--json", action="store_true", help="a JSON object on each line")

    action = add("show", _show, "show a record", "Shows a record, or all records of a run.")
    action.add_argument(
        "name",
        metavar="PATH|ID|RUN",
        help="a record's path or id, or a run's id or name; of an id, its first characters will do",
    )
    action.add_argument("--json", action="store_true", help="the bytes of the files, as they are")

    action = add(
        "export",
        _export,
        "copy records",
        "A folder or .zip file gets the files as they are and all digests, so that they can be "
        "verified elsewhere. A .jsonl file gets a record on each line. A .csv file gets fixed "
        "columns; a cell that a spreadsheet would take for a formula begins with an apostrophe.",
    )
    action.add_argument("target", type=Path, metavar="FOLDER|FILE.zip|FILE.jsonl|FILE.csv")
    add_selection(action)

    action = add(
        "report",
        _report,
        "write a page for an auditor",
        "Writes what ran, what failed, who, and which gates as one HTML page without scripts "
        "that can be printed.",
    )
    action.add_argument("target", type=Path, metavar="FILE.html")
    action.add_argument("--title", default="Audit report", help="the page's heading")
    action.add_argument(
        "--public-key",
        type=Path,
        metavar="FILE",
        help="verify the whole trail with the public key that signed the first digest, and tell",
    )
    add_anchors(action)
    add_selection(action)


def _guarded(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command; what cannot be used is said in one line."""
    try:
        code = run(options)
        sys.stdout.flush()
        return code  # noqa: TRY300 it is the flush that may fail
    except BrokenPipeError:  # `| head` has read enough; nothing may be said to it at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except (AnchorError, KeyFileError, SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE


class _Tally:
    """Counts what passes by, for the exit code."""

    def __init__(self) -> None:
        self.records = 0
        self.unreadable: list[Unreadable] = []

    def over(self, found: Iterable[Found]) -> Iterator[Found]:
        for entry, data in found:
            if isinstance(entry, Unreadable):
                self.unreadable.append(entry)
            else:
                self.records += 1
            yield entry, data

    def result(self, trail: Trail) -> int:
        for file in self.unreadable:
            print(_listing.unreadable_line(file), file=sys.stderr)
        if not self.records:
            print(f"No record was found in {_listing.line(trail.root)}.", file=sys.stderr)
        return UNCLEAN if self.unreadable or not self.records else CLEAN


def _list(options: argparse.Namespace) -> int:
    trail, tally = place(options), _Tally()
    found = tally.over(entries(trail, selection(options)))
    records = (entry for entry, _ in found if isinstance(entry, Entry))
    if options.json:
        lines = [
            text for _, text in sorted((one.order, _listing.json_line(one)) for one in records)
        ]
    else:
        rows = [row for _, row in sorted((one.order, _listing.cells(one)) for one in records)]
        lines = _listing.table(rows) if rows else []
    for text in lines:
        print(text)
    return tally.result(trail)


def _show(options: argparse.Namespace) -> int:
    trail, tally = place(options), _Tally()
    meant, similar = resolve(trail, options.name)
    if len(meant) != 1:
        said = "may mean one of these" if meant else "is neither a record nor a run; similar are"
        candidates = [*meant, *similar] or ["none"]
        lines = [_listing.line(candidate) for candidate in candidates[:_CANDIDATES]]
        if len(candidates) > _CANDIDATES:
            lines.append(f"and {len(candidates) - _CANDIDATES:,} more")
        print(f"{_listing.line(options.name)} {said}:", *lines, sep="\n  ", file=sys.stderr)
        return UNUSABLE
    (paths,) = meant.values()
    records = [
        (entry.order, entry, data or b"")
        for entry, data in tally.over(read(trail, paths))
        if isinstance(entry, Entry)
    ]
    for number, (_, entry, data) in enumerate(sorted(records, key=lambda record: record[0])):
        if options.json:
            sys.stdout.buffer.write(data + b"\n")
        else:
            print("\n".join([""] * (number > 0) + _listing.in_full(entry)))
    return tally.result(trail)


def _export(options: argparse.Namespace) -> int:
    trail, tally, asked = place(options), _Tally(), selection(options)
    found = tally.over(entries(trail, asked))
    match options.target.suffix.lower():
        case ".jsonl":
            lines = (
                _copy.line_of(one, data or b"") for one, data in found if isinstance(one, Entry)
            )
            _copy.to_lines(options.target, lines)
        case ".csv":
            rows = (_sheet.row(entry) for entry, _ in found)
            _copy.to_lines(options.target, chain([_sheet.head()], rows))
        case suffix:
            copy = _copy.to_archive if suffix == ".zip" else _copy.to_folder
            copy(options.target, chain(_files(found), _digests(trail, tally)))
            if asked != Selection():
                print(
                    "Not all records were asked for: whoever verifies the copy will miss the rest.",
                    file=sys.stderr,
                )
    print(f"{tally.records:,} records are in {options.target}.")
    return tally.result(trail)


def _files(found: Iterable[Found]) -> Iterator[tuple[str, bytes]]:
    return ((entry.path, data) for entry, data in found if data is not None)


def _digests(trail: Trail, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    for digest, data in read(trail, trail.paths()[1]):
        if data is not None:
            yield digest.path, data
        elif isinstance(digest, Unreadable):  # it is missing in the copy, which must be said
            tally.unreadable.append(digest)


def _report(options: argparse.Namespace) -> int:
    try:
        from governance.hooks._audit_page import About, page  # noqa: PLC0415 jinja2 is an extra
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        print('The report needs jinja2: pip install "governance-hooks[audit]".', file=sys.stderr)
        return UNUSABLE
    trail, tally, summary = place(options), _Tally(), Summary()
    asked = selection(options)
    made_by = version("governance-hooks")
    coverage = _verified(options, trail)
    with _copy.draft(options.target) as file:
        for entry, _ in tally.over(entries(trail, asked)):
            summary.add(entry)
        about = About(options.title, trail.root, asked, now(), made_by)
        file.write_text(page(summary, about, coverage), "utf-8")
    print(f"The report on {tally.records:,} records is {options.target}.")
    if coverage is not None and coverage.findings:
        print(f"The verification found {len(coverage.findings):,}; the report names them.")
        return max(tally.result(trail), UNCLEAN)
    return tally.result(trail)


def _verified(options: argparse.Namespace, trail: Trail) -> Coverage | None:
    if options.public_key is None:
        return None
    key = read_public_key(options.public_key)
    return coverage_of(*examine(trail, anchors(options, trail), key))
