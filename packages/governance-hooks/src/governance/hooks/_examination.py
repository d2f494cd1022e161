"""Reads a trail and what its anchors know, and verifies all of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from governance.hooks._batch import read_all
from governance.hooks._chain import Chain, check
from governance.hooks._digest import sha256
from governance.hooks._lateness import record_time
from governance.hooks._verification import Verdict, verify

if TYPE_CHECKING:
    from datetime import datetime

    from governance.hooks._head import Anchor
    from governance.hooks._trail import Trail

Files = Iterator[tuple[str, bytes | None]]


def examine(
    trail: "Trail",
    anchors: "Sequence[Anchor]",
    key: str,
    shown: Callable[[Files, int], Files] = lambda files, _: files,
) -> tuple[Chain, Verdict]:
    """Verify a trail, which may be written to and sealed at the same time.

    Args:
        trail: The trail.
        anchors: Where its newest digest is noted.
        key: The public key that signed the first digest.
        shown: Hands the files on, so that somebody sees how far it is; it gets their number.

    Returns:
        The chain of digests, and what was found.

    Raises:
        AnchorError: If an anchor cannot be read.
        KeyFileError: If the extra `audit` is not installed.
    """
    # In this order a seal at the same time does no harm: what an anchor knows is in the store by
    # then, and so is what a digest covers, even where it was not yet when the store was listed.
    heads = {anchor.name: anchor.heads() for anchor in anchors}
    records, digests = trail.paths()
    files = {path: data for path, data in read_all(trail, digests) if data is not None}
    chain = check(files, heads, key)
    contents: dict[str, str] = {}
    times: dict[str, datetime | None] = {}
    paths = sorted({*records, *chain.covered})
    for path, data in shown(read_all(trail, paths), len(paths)):
        if data is None:
            continue
        contents[path] = sha256(data)
        if path not in chain.covered:
            times[path] = record_time(data)
    return chain, verify(chain, contents, times)
