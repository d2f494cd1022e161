"""What a trail's records are against its proven digests: every finding, each by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from governance.hooks._chain import Chain
from governance.hooks._finding import Finding, Kind
from governance.hooks._lateness import GRACE, is_late
from governance.hooks._path import is_record_path


@dataclass(frozen=True)
class Verdict:
    """What a verification came to.

    Attributes:
        findings: All of them, sorted by path.
        verified: How many records are as they were sealed.
        uncovered: How many no digest covers yet.
    """

    findings: tuple[Finding, ...]
    verified: int
    uncovered: int

    def wrong(self, *, strict: bool) -> tuple[Finding, ...]:
        """Choose the findings that are more than something to know.

        Args:
            strict: Whether a record that no digest covers yet is wrong, and a digest that no
                anchor names yet.
        """
        not_yet = {"uncovered", "unanchored"} if strict else set()
        return tuple(one for one in self.findings if not one.harmless or one.kind in not_yet)


def verify(
    chain: Chain, contents: Mapping[str, str], times: Mapping[str, datetime | None]
) -> Verdict:
    """Compare the records that are there with what the digests prove.

    Args:
        chain: The digests.
        contents: SHA-256 of each file that is there, by its path in the trail.
        times: The time that each file gives which no proven digest covers; None where the file is
            no readable record.

    Returns:
        Every finding, those about digests included.
    """
    findings = list(chain.findings)
    verified = 0
    altered = {}
    for path, (sealed, number) in chain.covered.items():
        found = contents.get(path)
        if found == sealed:
            verified += 1
        else:
            altered[path] = (sealed, number, found)
    strangers = sorted(contents.keys() - chain.covered.keys())
    # Only where something is wrong, since it takes as long as all the rest.
    owners = _owners(chain, contents) if altered or strangers else _Owners({}, {})
    findings += [
        _changed(path, sealed, number, found, owners)
        for path, (sealed, number, found) in altered.items()
    ]
    uncovered = 0
    for path in strangers:
        finding = _stranger(path, contents[path], times.get(path), chain, owners)
        uncovered += finding.kind == "uncovered"
        findings.append(finding)
    findings += [
        Finding(path, "unproven", f"digest {number}, itself damaged, lists it; it is not there")
        for path, (_, number) in chain.listed.items()
        if path not in contents and path not in chain.covered
    ]
    findings += [
        Finding(path, "late", f"digest {number} notes that it came late", harmless=True)
        for path, number in chain.late.items()
    ]
    return Verdict(tuple(sorted(findings)), verified, uncovered)


@dataclass(frozen=True)
class _Owners:
    """Who has which content.

    Attributes:
        sealed: The record that was sealed with a content.
        found: The files that have a content now.
    """

    sealed: Mapping[str, str]
    found: Mapping[str, list[str]]


def _owners(chain: Chain, contents: Mapping[str, str]) -> _Owners:
    found: dict[str, list[str]] = {}
    for path, content in contents.items():
        found.setdefault(content, []).append(path)
    return _Owners({sealed: path for path, (sealed, _) in chain.covered.items()}, found)


def _changed(path: str, sealed: str, number: int, found: str | None, owners: _Owners) -> Finding:
    said = f"digest {number} covers it with SHA-256 {sealed}"
    elsewhere = sorted(name for name in owners.found.get(sealed, []) if name != path)
    where = f"; {', '.join(elsewhere)} holds that content" if elsewhere else ""
    if found is None:
        return Finding(path, "missing", f"{said}, and it is not there{where}")
    owner = owners.sealed.get(found)
    if owner is None:
        return Finding(path, "altered", f"{said}, and it has {found}{where}")
    if owner in elsewhere:
        return Finding(path, "reordered", f"{said}; it and {owner} hold each other's content")
    return Finding(path, "reordered", f"{said}; it holds the content of {owner}, {found}{where}")


def _stranger(
    path: str, content: str, time: datetime | None, chain: Chain, owners: _Owners
) -> Finding:
    if not is_record_path(path):
        return Finding(path, "inserted", "no record has such a path")
    if (owner := owners.sealed.get(content)) is not None:
        return Finding(path, "inserted", f"no digest covers it: it is a copy of {owner}")
    if time is None:
        return Finding(path, "inserted", "no digest covers it, and it is no readable record")
    if (listed := chain.listed.get(path)) is not None:
        return _unproven(path, content, *listed)
    return _open(path, time, chain)


def _open(path: str, time: datetime, chain: Chain) -> Finding:
    said = f"no digest covers it; it says that it is of {time.isoformat()}"
    if not chain.is_whole:
        return _uncovered(path, f"{said}. A digest that is damaged or not there may have")
    newest = chain.head[0] if chain.head is not None else None
    if newest is not None and is_late(time, newest.time):
        return Finding(
            path,
            "inserted",
            f"{said}, more than {GRACE.seconds // 3600} h before digest {newest.number}: it was "
            "inserted, or delivered late",
        )
    return _uncovered(path, f"{said}: it is not yet covered")


def _unproven(path: str, content: str, sealed: str, number: int) -> Finding:
    said = f"digest {number}, itself damaged, lists it with SHA-256 {sealed}"
    kind: Kind = "unproven"
    if content == sealed:
        return Finding(path, kind, f"{said}, which it has", harmless=True)
    return Finding(path, kind, f"{said}, and it has {content}")


def _uncovered(path: str, text: str) -> Finding:
    return Finding(path, "uncovered", text, harmless=True)
