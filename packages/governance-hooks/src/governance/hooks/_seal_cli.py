"""The commands `governance-hooks audit seal` and `verify`."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from governance.hooks._audit_options import add_anchors, add_place, anchors, place
from governance.hooks._examination import examine
from governance.hooks._head import AnchorError
from governance.hooks._redaction import redact
from governance.hooks._seal import DamageError, seal
from governance.hooks._settings import SettingsError
from governance.hooks._signature import KeyFileError, read_private_key, read_public_key

if TYPE_CHECKING:
    from governance.hooks._chain import Chain
    from governance.hooks._finding import Finding
    from governance.hooks._head import Anchor
    from governance.hooks._trail import Trail
    from governance.hooks._verification import Verdict

CLEAN, UNCLEAN, UNUSABLE = 0, 1, 2

_TICK = 0.2
_EXPECTED = AnchorError, KeyFileError, SettingsError


def add_to(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `governance-hooks audit`.

    Args:
        actions: The commands beside them.
    """
    action = actions.add_parser(
        "seal",
        help="cover new records by a signed digest",
        description=(
            "Covers the records that no digest covers yet, and notes the newest digest in the "
            "anchors. Exit code 1: the chain is damaged, or something was left unsealed; 2: key, "
            "anchor, trail or settings cannot be used."
        ),
    )
    add_place(action)
    add_anchors(action)
    action.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the private key (PEM, Ed25519)"
    )
    action.add_argument(
        "--next-key",
        type=Path,
        metavar="FILE",
        help="the public key (PEM, Ed25519) that signs from the next digest on",
    )
    action.add_argument(
        "--new-anchors",
        action="store_true",
        help="anchor a chain that no anchor knows, as after moving it: verify it before",
    )
    action.set_defaults(run=lambda options, _: _usable(_seal, options))

    action = actions.add_parser(
        "verify",
        help="compare the records with the digests",
        description=(
            "Needs no private key, and does not change anything. Exit code 1: something is wrong, "
            "each thing is named; 2: it cannot be verified."
        ),
    )
    add_place(action)
    add_anchors(action)
    action.add_argument(
        "--public-key",
        type=Path,
        required=True,
        metavar="FILE",
        help="the public key (PEM, Ed25519) that signed the first digest",
    )
    action.add_argument(
        "--strict",
        action="store_true",
        help="also records that no digest covers yet, and digests not anchored yet, are wrong",
    )
    action.add_argument("--json", action="store_true", help="print everything as JSON")
    action.set_defaults(run=lambda options, _: _usable(_verify, options))


def _usable(
    run: "Callable[[argparse.Namespace, Trail, list[Anchor]], int]",
    options: argparse.Namespace,
) -> int:
    try:
        trail = place(options)
        return run(options, trail, anchors(options, trail))
    except Exception as error:  # noqa: BLE001 the code 1 says that something was found
        said = f"{error}" if isinstance(error, _EXPECTED) else f"{type(error).__name__}: {error}"
        print(redact(said), file=sys.stderr)
        return UNUSABLE


def _seal(options: argparse.Namespace, trail: "Trail", noted: "list[Anchor]") -> int:
    key = read_private_key(options.key)
    next_key = read_public_key(options.next_key) if options.next_key is not None else None
    try:
        done = seal(trail, key, noted, next_key=next_key, new_anchors=options.new_anchors)
    except DamageError as error:
        print(f"Not sealed, the chain is damaged: {trail.root}")
        _print(error.findings)
        return UNCLEAN
    for digest in done.digests:
        late = f", {len(digest.late)} of them late" if digest.late else ""
        print(f"Digest {digest.number}: {_count(len(digest.entries), 'record')}{late}.")
        if digest.next_key is not None:
            print(f"From digest {digest.number + 1} on the key {digest.next_key} signs.")
    if not done.digests:
        print("Nothing to seal.")
    for name, number in done.anchored.items():
        print(f"Digest {number} is anchored in {name}.")
    for path, reason in done.left:
        print(f"not sealed    {path}: {reason}")
    return UNCLEAN if done.left else CLEAN


def _verify(options: argparse.Namespace, trail: "Trail", noted: "list[Anchor]") -> int:
    key = read_public_key(options.public_key)
    chain, verdict = examine(trail, noted, key, _shown)
    wrong = verdict.wrong(strict=options.strict)
    if options.json:
        print(json.dumps(_summary(trail, chain, verdict, is_clean=not wrong), indent=2))
    else:
        print(_sentence(trail, chain, verdict, len(wrong)))
        # What is only not covered yet would drown the rest: it is counted.
        _print(found for found in verdict.findings if options.strict or found.kind != "uncovered")
    return UNCLEAN if wrong else CLEAN


def _shown(
    files: Iterator[tuple[str, bytes | None]], total: int
) -> Iterator[tuple[str, bytes | None]]:
    """Count on a terminal what takes long."""
    if not sys.stderr.isatty():
        yield from files
        return
    shown = time.monotonic()
    for number, file in enumerate(files, 1):
        if time.monotonic() - shown > _TICK:
            shown = time.monotonic()
            print(f"\r{number:,} of {total:,} records", end="", file=sys.stderr, flush=True)
        yield file
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print(findings: "Iterable[Finding]") -> None:
    for found in findings:
        kind = f"({found.kind})" if found.harmless else found.kind
        print(f"{kind:13} {found.path or 'the trail'}: {found.text}")


def _sentence(trail: "Trail", chain: "Chain", verdict: "Verdict", wrong: int) -> str:
    newest = "no digest"
    if chain.head is not None:
        digest = chain.head[0]
        newest = f"digest {digest.number} of {digest.time:%Y-%m-%d %H:%M} UTC"
    return (
        f"{trail.root}: {verdict.verified:,} of {len(chain.covered):,} sealed records are as they "
        f"were sealed, {verdict.uncovered:,} not yet covered; {newest}; "
        f"{_count(wrong, 'finding')}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _summary(
    trail: "Trail", chain: "Chain", verdict: "Verdict", *, is_clean: bool
) -> dict[str, object]:
    head = None
    if chain.head is not None:
        digest, content = chain.head
        head = {"number": digest.number, "sha256": content, "time": digest.time.isoformat()}
    return {
        "trail": trail.root,
        "clean": is_clean,
        "digests": chain.digests,
        "head": head,
        "sealed": len(chain.covered),
        "verified": verdict.verified,
        "uncovered": verdict.uncovered,
        "findings": [
            {"kind": one.kind, "path": one.path, "text": one.text, "harmless": one.harmless}
            for one in verdict.findings
        ],
    }
