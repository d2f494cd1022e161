import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks import _trail
from governance.hooks._digest import Digest, _leaves, _written, parse, sha256
from governance.hooks._path import FOLDER, digest_number, digest_path, is_record_path
from governance.hooks._signature import PrivateKey, is_signed

pytestmark = pytest.mark.any_version

# Of RFC 8032, section 7.1, test 1: signatures are the same each time, so files can be compared.
KEY = PrivateKey(
    Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
)
DIGEST = Digest(
    number=2,
    time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    previous="0" * 64,
    entries=(("run/a.json", "1" * 64), ("run/ü.json", "2" * 64)),
    late=("run/a.json",),
    records=5,
    size=1_234,
    key=KEY.public,
    next_key="3" * 64,
)
DATA = DIGEST.sign(KEY.sign)
PATHS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(is_record_path)
TIMES = st.datetimes(datetime(1000, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
ENTRIES = st.dictionaries(PATHS, st.binary(max_size=9).map(sha256), max_size=9).map(
    lambda found: tuple(sorted(found.items()))
)


def test_file_of_a_digest_is_the_contract(snapshot: SnapshotAssertion) -> None:
    """The bytes of a digest's file stay as they are: verifiers in other languages read them."""
    assert DATA.decode() == snapshot


@given(ENTRIES, st.none() | st.just("4" * 64), TIMES)
def test_digest_is_read_as_it_was_written(
    entries: tuple[tuple[str, str], ...], next_key: str | None, time: datetime
) -> None:
    """Any digest is the same after it was written and read, and its signature fits."""
    time = time.replace(microsecond=0)
    digest = replace(DIGEST, entries=entries, late=(), next_key=next_key, time=time)
    read, signed = parse(digest.sign(KEY.sign))
    assert replace(read, signature="") == digest
    assert is_signed(signed, read.signature, KEY.public)


@given(st.lists(PATHS), st.integers(0, 2**53 - 1))
def test_canonical_form_is_the_library_s(paths: list[str], number: int) -> None:
    """What a verification compares with is what RFC 8785 prescribes for all a digest holds."""
    entries = [[path, sha256(b"")] for path in paths]
    value: Any = {"entries": entries, "number": number, "next": None}
    assert _written(value) == rfc8785.dumps(value)
    assert _leaves(tuple((path, content) for path, content in entries)) == [
        rfc8785.dumps((path, content)) for path, content in entries
    ]


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
@settings(max_examples=500)
def test_no_byte_can_be_changed(place: int, mask: int) -> None:
    """Any changed byte makes a digest unreadable or its signature wrong."""
    changed = bytearray(DATA)
    changed[place] ^= mask
    try:
        digest, signed = parse(bytes(changed))
    except ValueError:
        return
    assert not is_signed(signed, digest.signature, digest.key)


CHANGES: dict[str, Any] = {
    "version": [2, True, 1.0, "1"],
    "number": [0, -1, True, "1", 2**53],
    "time": ["2026-01-02", "2026-1-2T3:4:5Z", "2026-01-02T03:04:05+00:00", 1, None],
    "previous": ["", "A" * 64, 1],
    "entries": [
        {},
        ["x"],
        [["a.json"]],
        [["a.json", "1"]],
        [[1, "1" * 64]],
        [["../a.json", "1" * 64]],
        [["b.json", "1" * 64], ["a.json", "1" * 64]],
        [["a.json", "1" * 64], ["a.json", "1" * 64]],
    ],
    "late": [None, [1], ["/etc/passwd"]],
    "root": ["5" * 64, None],
    "records": [-1, 1.5],
    "size": [None, "1"],
    "key": ["", None],
    "next_key": ["x"],
    "signature": ["", "a" * 127, "A" * 128],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in CHANGES.items() for value in values]
)
def test_member_that_no_sealer_writes_is_refused(name: str, value: Any) -> None:
    """A member of another type or form is refused, and named."""
    members = json.loads(DATA) | {name: value}
    with pytest.raises(ValueError, match=f"its (member )?{name}"):
        parse(_written(members))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "other members"),
        (_written(json.loads(DATA) | {"more": 1}), "other members"),
        (DATA.replace(b'","', b'", "'), "not canonical"),
        (DATA.replace(b'"late":', b'"late":[],"late":'), "not canonical"),
        (DATA.replace("ü".encode(), b"\\u00fc"), "not canonical"),
        (DATA + b"\n", "not canonical"),
    ],
)
def test_file_that_no_sealer_writes_is_refused(data: bytes, said: str) -> None:
    """Other bytes are refused even where they mean the same."""
    with pytest.raises(ValueError, match=said):
        parse(data)


def test_paths_of_digests() -> None:
    """A digest's file has eight digits, and no other file is one."""
    assert digest_path(7) == "digests/00000007.json"
    assert digest_number("digests/00000007.json") == 7
    others = ["digests/7.json", "digests/00000000.json", "digests/x/00000007.json", "00000007.json"]
    assert [digest_number(path) for path in others] == [None] * 4
    assert FOLDER == _trail.DIGESTS


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "digests/1.json", "a\\b", "a\0", "\udcff"],
)
def test_paths_that_no_record_has(path: str) -> None:
    """A path that leaves the trail, or is a digest's, is no record's."""
    assert not is_record_path(path)
