"""A digest's file, and what is wrong with it in its place of the chain."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from governance.hooks._digest import Digest, parse, sha256
from governance.hooks._finding import Kind
from governance.hooks._path import digest_path
from governance.hooks._signature import is_signed


@dataclass(frozen=True)
class Link:
    """A digest's file.

    Attributes:
        sha256: Of its bytes.
        digest: What it says; None if no sealer writes such bytes.
        problem: Why it is none, or what is wrong with its signature; None if it is signed by the
            key that it names, whoever's that is.
    """

    sha256: str
    digest: Digest | None
    problem: str | None


# Who says which SHA-256 a digest has. An anchor may contradict itself.
Said = AbstractSet[tuple[str, str]]
Wrong = tuple[Kind, str]


def read_link(data: bytes) -> Link:
    """Read a digest's file.

    Args:
        data: All of its bytes.

    Returns:
        What it is, whatever that is.
    """
    try:
        digest, signed = parse(data)
    except ValueError as error:
        return Link(sha256(data), None, f"no seal writes such a digest: {error}")
    problem = None
    if not is_signed(signed, digest.signature, digest.key):
        problem = f"its signature is not one of the key that it names, {digest.key}"
    return Link(sha256(data), digest, problem)


def damage(number: int, links: Mapping[int, Link], said: Said) -> Wrong | None:
    """Tell what is wrong with a file, whatever the chain before it is.

    Args:
        number: Whose digest it should be.
        links: All files by the number in their names.
        said: What is said of the digest.

    Returns:
        The kind and what there is to say; None if it may be a digest of the chain.
    """
    link = links.get(number)
    if link is None:
        names = "".join(f"; {who} names it with SHA-256 {found}" for who, found in sorted(said))
        return ("dropped" if number > max(links, default=0) else "missing"), f"not there{names}"
    if link.digest is None or link.problem is not None:
        names = "".join(f", {who} names {found}" for who, found in sorted(said))
        return "altered", f"{link.problem}; its SHA-256 is {link.sha256}{names}"
    other = links.get(link.digest.number)
    if link.digest.number == number or other is None:
        return None
    if other.digest is not None and other.digest.number == number:
        return "reordered", f"it and {digest_path(link.digest.number)} hold each other's digest"
    if other.sha256 == link.sha256:
        return _replayed(link.digest)
    return None


def misfit(
    number: int,
    link: Link,
    digest: Digest,
    said: Said,
    key: str,
    last: tuple[Digest, str] | None,
    refused: AbstractSet[str],
) -> Wrong | None:
    """Tell why an undamaged digest does not go on from the newest that is proven.

    Args:
        number: Whose digest it should be.
        link: Its file.
        digest: What that says.
        said: What is said of the digest.
        key: The public key that should sign it.
        last: The newest proven digest before it, and the SHA-256 of its file.
        refused: Public keys that signed digests before it and might not.

    Returns:
        The kind and what there is to say; None if it is proven.
    """
    follows = last is not None and last[0].number == number - 1
    denied = [f"{who} names {found}" for who, found in sorted(said) if found != link.sha256]
    # A digest that is missing or damaged may have named another key: what an anchor confirms is
    # the trail's all the same.
    is_confirmed = bool(said) and not denied and not follows and digest.key not in refused
    if digest.key != key and (number == 1 or not is_confirmed):
        right = "the given public key is" if number == 1 else "the key that signs here is"
        return "forged", f"it is signed by the key {digest.key}, and {right} {key or 'not known'}"
    if digest.number != number:
        return _replayed(digest)
    if denied:
        return "replayed", (
            f"it is another digest {number}, signed by the right key: its SHA-256 is "
            f"{link.sha256}, {'; '.join(denied)}"
        )
    before = last[1] if last is not None else None
    if (number == 1 or follows) and digest.previous != before:
        return "replayed", (
            f"it follows another digest: SHA-256 {digest.previous} instead of {before}"
        )
    return None


def _replayed(digest: Digest) -> Wrong:
    return "replayed", f"it holds digest {digest.number}, signed for another place"
