"""Seals a trail: writes the digests of what none covers yet, and anchors the newest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from governance.hooks._batch import read_all
from governance.hooks._chain import Chain, check
from governance.hooks._digest import LIMIT, Digest, sha256
from governance.hooks._finding import Finding
from governance.hooks._head import Anchor, Head, advance
from governance.hooks._lateness import is_late, record_time
from governance.hooks._path import digest_path, is_record_path
from governance.hooks._signature import KeyFileError, PrivateKey
from governance.hooks._time import now
from governance.hooks._trail import Trail


class DamageError(RuntimeError):
    """A chain that no digest may be added to.

    Args:
        findings: What is wrong with it.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "\n".join(f"{found.kind}: {found.path} {found.text}" for found in findings)
        )
        self.findings = tuple(findings)


@dataclass
class Sealing:
    """What a seal did.

    Attributes:
        digests: The digests that it wrote.
        anchored: The number that each anchor which it moved knows now.
        left: What it did not seal, and why.
    """

    digests: list[Digest] = field(default_factory=list)
    anchored: dict[str, int] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)


def seal(
    trail: Trail,
    key: PrivateKey,
    anchors: Sequence[Anchor],
    *,
    next_key: str | None = None,
    new_anchors: bool = False,
    limit: int = LIMIT,
) -> Sealing:
    """Cover all records that no digest covers yet.

    It may be killed and run again at any time, also in parallel: a digest is written once, and who
    comes second starts over.

    Args:
        trail: The trail.
        key: The key that signs.
        anchors: Where the newest digest is noted outside the store.
        next_key: The public key that signs all later digests; this seal writes a digest for it
            even if there is nothing to cover.
        new_anchors: Whether the anchors may all be empty although there are digests.
        limit: How many records one digest covers.

    Returns:
        What it did.

    Raises:
        DamageError: If the chain is damaged, or no anchor knows it.
        KeyFileError: If another key has to sign.
        AnchorError: If an anchor cannot be read or written.
    """
    if next_key == key.public:
        raise KeyFileError(f"--next-key: {next_key} signs already. Give another public key.")
    sealer = _Sealer(trail, key, anchors)
    while not sealer.extend(next_key, new_anchors=new_anchors, limit=limit):
        sealer.done.left.clear()
    return sealer.done


@dataclass(frozen=True)
class _Record:
    path: str
    sha256: str
    size: int
    time: datetime


class _Sealer:
    def __init__(self, trail: Trail, key: PrivateKey, anchors: Sequence[Anchor]) -> None:
        self.done = Sealing()
        self._trail = trail
        self._key = key
        self._anchors = anchors

    def extend(self, next_key: str | None, *, new_anchors: bool, limit: int) -> bool:
        """Write what is to be written, and tell whether no other sealer was faster."""
        # Anchors first: what they know is in the store when the store is listed.
        heads = {anchor.name: anchor.heads() for anchor in self._anchors}
        paths, digests = self._trail.paths()
        files = {path: data for path, data in read_all(self._trail, digests) if data is not None}
        chain = check(files, heads, None)
        self._refuse(chain, is_known=new_anchors or any(heads.values()))
        if chain.head is not None:
            # A seal that was killed may have written a digest that it did not come to anchor.
            self._anchor(*chain.head)
            if chain.key != self._key.public:
                raise KeyFileError(
                    f"The key {self._key.public} may not sign digest {chain.head[0].number + 1}: "
                    f"{chain.key} does. Seal with that one; only --next-key names another."
                )
        records = self._records(chain, paths)
        head, before = chain.head, chain.head[0].time if chain.head is not None else None
        starts = range(0, max(len(records), int(next_key is not None)), limit)
        for start in starts:
            portion = records[start : start + limit]
            digest = self._digest(head, portion, before, next_key if start == starts[-1] else None)
            data = digest.sign(self._key.sign)
            path = digest_path(digest.number)
            # Not every store's library knows how to create only: see whose digest it has.
            if not self._trail.write(path, data) or self._trail.read(path) != data:
                return False
            head = digest, sha256(data)
            self.done.digests.append(digest)
            self._anchor(*head)
        return True

    def _refuse(self, chain: Chain, *, is_known: bool) -> None:
        strangers = [found for found in chain.findings if found.kind == "inserted"]
        self.done.left += [(found.path, found.text) for found in strangers]
        harmless = {"inserted", "unanchored"}
        if damage := [found for found in chain.findings if found.kind not in harmless]:
            raise DamageError(damage)
        # One digest may be left by a first seal that was killed.
        if chain.digests > 1 and not is_known:
            text = (
                f"no anchor knows the trail, which has {chain.digests} digests: its newest may be "
                "gone. After moving the trail or its anchor, verify it and seal with --new-anchors"
            )
            raise DamageError([Finding("", "unanchored", text)])

    def _records(self, chain: Chain, paths: Sequence[str]) -> list[_Record]:
        """Read what no digest covers, and leave what no seal may make look like a record."""
        owners = {content: path for path, (content, _) in chain.covered.items()}
        found = []
        fresh = [path for path in paths if path not in chain.covered and self._is_path(path)]
        for path, data in read_all(self._trail, fresh):
            if data is None:
                continue
            content = sha256(data)
            if (time := record_time(data)) is None:
                self.done.left.append((path, "it is no readable record"))
            elif (owner := owners.setdefault(content, path)) != path:
                self.done.left.append((path, f"it is a copy of {owner}"))
            else:
                found.append(_Record(path, content, len(data), time))
        return found

    def _is_path(self, path: str) -> bool:
        is_path = is_record_path(path)
        if not is_path:
            self.done.left.append((path, "no record has such a path"))
        return is_path

    def _digest(
        self,
        head: tuple[Digest, str] | None,
        records: Sequence[_Record],
        before: datetime | None,
        next_key: str | None,
    ) -> Digest:
        last, content = head if head is not None else (None, None)
        return Digest(
            number=last.number + 1 if last is not None else 1,
            time=now(),
            previous=content,
            entries=tuple((record.path, record.sha256) for record in records),
            late=tuple(record.path for record in records if is_late(record.time, before)),
            records=(last.records if last is not None else 0) + len(records),
            size=(last.size if last is not None else 0) + sum(one.size for one in records),
            key=self._key.public,
            next_key=next_key,
        )

    def _anchor(self, digest: Digest, content: str) -> None:
        for anchor in self._anchors:
            head = Head(digest.number, content, now(), self._trail.root)
            if advance(anchor, head):
                self.done.anchored[anchor.name] = digest.number
