"""The chain of a trail's digests: which of them are proven, and what they cover."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from governance.hooks._digest import Digest
from governance.hooks._finding import Finding, Kind
from governance.hooks._head import Head
from governance.hooks._link import Link, damage, misfit, read_link
from governance.hooks._path import digest_number, digest_path


@dataclass
class Chain:
    """What the digests prove.

    Attributes:
        key: The public key that signs the next digest.
        head: The newest proven digest and the SHA-256 of its file; None if there is none.
        digests: How many are proven.
        covered: SHA-256 of each record that a proven digest covers, and the digest's number.
        listed: The same of what only damaged digests list.
        late: Number of the digest that covers a late record, by the record's path.
        is_whole: Whether no digest is missing or damaged that others or an anchor prove was there.
        findings: What is wrong with digests, and what is to be known of them.
    """

    key: str
    head: tuple[Digest, str] | None = None
    digests: int = 0
    covered: dict[str, tuple[str, int]] = field(default_factory=dict)
    listed: dict[str, tuple[str, int]] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    is_whole: bool = True
    findings: list[Finding] = field(default_factory=list)

    def find(self, path: str, kind: Kind, text: str, *, harmless: bool = False) -> None:
        """Note a finding."""
        self.findings.append(Finding(path, kind, text, harmless=harmless))


def check(
    files: Mapping[str, bytes], heads: Mapping[str, Sequence[Head]], key: str | None
) -> Chain:
    """Follow the chain from its first digest to its newest.

    Args:
        files: Content of each file in the folder of digests, by its path in the trail.
        heads: What each anchor knows, by the anchor's name.
        key: The public key that signed the first digest; None trusts the one that the first
            digest names, as a sealer may who compares the last with its own.

    Returns:
        What it proves.
    """
    links: dict[int, Link] = {}
    strangers = []
    for path, data in files.items():
        if (number := digest_number(path)) is None:
            strangers.append(path)
        else:
            links[number] = read_link(data)
    if key is None:
        first = links.get(1)
        key = first.digest.key if first is not None and first.digest is not None else ""
    chain = Chain(key)
    for path in strangers:
        chain.find(path, "inserted", "it has no digest's name: no seal wrote it")
    _follow(chain, links, _claims(links, heads))
    _compare(chain, heads)
    return chain


_Claims = dict[int, set[tuple[str, str]]]  # by the digest's number


def _claims(links: Mapping[int, Link], heads: Mapping[str, Sequence[Head]]) -> _Claims:
    claims: _Claims = {}
    for name, known in heads.items():
        for head in known:
            claims.setdefault(head.number, set()).add((f"the anchor {name}", head.sha256))
    # Where an anchor names a digest's hash, that digest names its predecessor's, and so on, in
    # whichever file it is.
    found = {link.sha256: link.digest for link in links.values() if link.digest is not None}
    for number in range(max(claims, default=0), 1, -1):
        for _, content in tuple(claims.get(number, ())):
            digest = found.get(content)
            if digest is not None and digest.number == number and digest.previous is not None:
                claims.setdefault(number - 1, set()).add((f"digest {number}", digest.previous))
    return claims


def _follow(chain: Chain, links: Mapping[int, Link], claims: _Claims) -> None:
    proven = 0
    broken: list[tuple[int, Kind]] = []
    refused: set[str] = set()
    for number in range(1, max([0, *links, *claims]) + 1):
        said = claims.get(number, set())
        wrong = damage(number, links, said)
        link = links.get(number)
        digest = link.digest if link is not None else None
        if wrong is None and link is not None and digest is not None:
            wrong = misfit(number, link, digest, said, chain.key, chain.head, refused)
            if wrong is None:
                proven = number
                _accept(chain, digest, link.sha256)
            elif wrong[0] == "forged":
                refused.add(digest.key)
        if wrong is not None:
            chain.find(digest_path(number), *wrong)
            broken.append((number, wrong[0]))
    # A file after the newest digest that anything proves does not show that one is lost.
    known = max([proven, *claims])
    for number, kind in broken:
        if number <= known or kind == "altered":
            chain.is_whole = False
            link = links.get(number)
            for path, record in _entries(link):
                chain.listed.setdefault(path, (record, number))


def _entries(link: Link | None) -> Iterable[tuple[str, str]]:
    return link.digest.entries if link is not None and link.digest is not None else ()


def _accept(chain: Chain, digest: Digest, content: str) -> None:
    last, counted = (
        (chain.head[0].number, chain.head[0].records) if chain.head is not None else (0, 0)
    )
    if lost := digest.records - len(digest.entries) - counted:
        chain.find(
            digest_path(digest.number),
            "unproven",
            f"it counts {lost:,} records that were covered after digest {last} and before it: "
            "nothing proves which",
        )
    chain.head = (digest, content)
    chain.digests += 1
    # After a gap a chain that an anchor confirms may go on with a key that the gap named.
    chain.key = digest.next_key or digest.key
    for path, record in digest.entries:
        chain.covered.setdefault(path, (record, digest.number))
    for path in digest.late:
        chain.late[path] = digest.number


def _compare(chain: Chain, heads: Mapping[str, Sequence[Head]]) -> None:
    """Say what the anchors do not know; what they deny is said of the digests."""
    newest = chain.head[0].number if chain.head is not None else 0
    for name, known in heads.items():
        # The first digest is there before its anchor, as each is.
        if not known and newest > 1:
            chain.find(
                "",
                "unanchored",
                f"the anchor {name} knows no digest of this trail: nothing there says which is the "
                "newest",
            )
        else:
            anchored = max((head.number for head in known), default=0)
            _note(chain, name, range(anchored + 1, newest + 1))


def _note(chain: Chain, name: str, numbers: Iterable[int]) -> None:
    for number in numbers:
        text = f"digest {number} is not anchored yet in {name}"
        chain.find(digest_path(number), "unanchored", text, harmless=True)
