"""A digest: which records the trail had, what was in them, and who says so, as canonical JSON."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from governance.hooks._canonical import canonical
from governance.hooks._merkle import merkle_root
from governance.hooks._path import is_record_path

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
# A digest of so many entries has about 1.7 MB: a seal of more records writes several.
LIMIT = 10_000

# What is signed begins with what it is, so that a signature by the same key on anything else can
# never be taken for one on a digest.
_DOMAIN = b"governance-audit-digest-v1\x00"
_TIME = "%Y-%m-%dT%H:%M:%SZ"  # RFC 3339, of which there is one way to write it here
_SHA256 = re.compile("[0-9a-f]{64}")
_KEY = _SHA256  # 32 bytes (RFC 8032, section 5.1.5), in hexadecimal digits as a hash is
_SIGNATURE = re.compile("[0-9a-f]{128}")
MEMBERS = {
    *("entries", "key", "late", "next_key", "number", "previous", "records", "root", "signature"),
    *("size", "time", "version"),
}


@dataclass(frozen=True)
class Digest:
    """A link of a trail's chain.

    Attributes:
        number: Its place, from 1 on.
        time: When it was made, in whole seconds.
        previous: SHA-256 of the bytes of the digest before it; None for the first.
        entries: Path and SHA-256 of each record that it covers, sorted by path.
        late: Paths of those that came long after the time which they give.
        records: How many records this digest and all before it cover.
        size: How many bytes these records have together.
        key: The public key of who signs it.
        next_key: The public key that signs all after it; None goes on with the same.
        signature: Ed25519 (RFC 8032) over `signed`.
    """

    number: int
    time: datetime
    previous: str | None
    entries: tuple[tuple[str, str], ...]
    late: tuple[str, ...]
    records: int
    size: int
    key: str
    next_key: str | None = None
    signature: str = ""

    def sign(self, sign: "Callable[[bytes], str]") -> bytes:
        """Sign the digest and write it down.

        Args:
            sign: Gives the signature of some bytes, by the digest's key.

        Returns:
            Canonical JSON (RFC 8785), which is the content of the digest's file.
        """
        members: dict[str, Any] = {
            "version": VERSION,
            "number": self.number,
            "time": f"{self.time.astimezone(timezone.utc):{_TIME}}",
            "previous": self.previous,
            "entries": [list(entry) for entry in self.entries],
            "late": list(self.late),
            "root": merkle_root(_leaves(self.entries)),
            "records": self.records,
            "size": self.size,
            "key": self.key,
            "next_key": self.next_key,
        }
        signature = sign(_DOMAIN + canonical(members))
        return canonical(members | {"signature": signature})


def sha256(data: bytes) -> str:
    """Hash bytes.

    Args:
        data: The bytes.

    Returns:
        Their SHA-256 in hexadecimal digits.
    """
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> tuple[Digest, bytes]:
    """Read a digest, and see that it is written as a sealer writes it.

    Args:
        data: The bytes of its file.

    Returns:
        The digest, and the bytes that its signature is for.

    Raises:
        ValueError: If no sealer writes such bytes; the message says what is wrong.
    """
    try:
        members: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(members, dict) or set(members) != MEMBERS:
        raise ValueError(f"it has other members than {', '.join(sorted(MEMBERS))}")
    for name, is_right in _CHECKS.items():
        if not is_right(members[name]):
            raise ValueError(f"its member {name} is not what a sealer writes there")
    # One way to write each digest: bytes that were changed without a change of meaning are found
    # although the signature would not tell.
    if _written(members) != data:
        raise ValueError("it is not canonical (RFC 8785)")
    entries = tuple((path, content) for path, content in members["entries"])
    if members["root"] != merkle_root(_leaves(entries)):
        raise ValueError("its root is not the one of its entries (RFC 6962)")
    digest = Digest(
        number=members["number"],
        time=_time(members["time"]),
        previous=members["previous"],
        entries=entries,
        late=tuple(members["late"]),
        records=members["records"],
        size=members["size"],
        key=members["key"],
        next_key=members["next_key"],
        signature=members["signature"],
    )
    return digest, _DOMAIN + _written(_without_signature(members))


def _time(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc)


def _is_time(value: Any) -> bool:
    try:
        return bool(f"{_time(value):{_TIME}}" == value)
    except (TypeError, ValueError):
        return False


def _without_signature(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name != "signature"}


def _written(value: Any) -> bytes:
    # For what a digest holds (strings, integers, ASCII names) the same as the library that writes
    # it, as a test proves, and several times as fast, which a verification of many records needs.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _leaves(entries: tuple[tuple[str, str], ...]) -> "list[bytes]":
    # As `_written` does it, for one of many thousands. A hash needs no escapes.
    return [f'[{encode_basestring(path)},"{content}"]'.encode() for path, content in entries]


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53  # what RFC 8785 can write


def _matches(form: re.Pattern[str]) -> "Callable[[Any], bool]":
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _is_nothing_or(is_right: "Callable[[Any], bool]") -> "Callable[[Any], bool]":
    return lambda value: value is None or is_right(value)


def _are_paths(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(path, str) and is_record_path(path) for path in value)
        and all(map(str.__lt__, value, value[1:]))
    )


def _are_entries(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(entry, list) and len(entry) == len(("path", "hash")) for entry in value)
        and _are_paths([path for path, _ in value])
        and all(map(_matches(_SHA256), (content for _, content in value)))
    )


_CHECKS: "dict[str, Callable[[Any], bool]]" = {
    "version": lambda value: type(value) is int and value == VERSION,
    "number": lambda value: _is_count(value) and value > 0,
    "time": _is_time,
    "previous": _is_nothing_or(_matches(_SHA256)),
    "entries": _are_entries,
    "late": _are_paths,
    "root": _matches(_SHA256),
    "records": _is_count,
    "size": _is_count,
    "key": _matches(_KEY),
    "next_key": _is_nothing_or(_matches(_KEY)),
    "signature": _matches(_SIGNATURE),
}
