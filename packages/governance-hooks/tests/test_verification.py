"""Tampering with sealed trails: what was done is found, and called by its name."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.hooks import _seal
from governance.hooks._chain import Chain, check
from governance.hooks._digest import parse, sha256
from governance.hooks._examination import examine
from governance.hooks._finding import Finding
from governance.hooks._head import Head
from governance.hooks._path import digest_path
from governance.hooks._seal import seal
from governance.hooks._signature import PrivateKey
from governance.hooks._trail import Trail
from governance.hooks._verification import Verdict, verify

pytestmark = pytest.mark.any_version

START = datetime(2026, 1, 2, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
# Generating keys takes longer than a test: these are enough.
KEYS = [PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([n] * 32))) for n in range(1, 5)]
STRANGER = PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([9] * 32)))


class MemoryTrail(Trail):
    """A trail that no disk slows down."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__("/trail")
        self.files = files

    def write(self, path: str, data: bytes) -> bool:
        return self.files.setdefault(path, data) is data

    def read(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def paths(self, folder: str | None = None) -> tuple[list[str], list[str]]:
        assert folder is None
        digests = {path for path in self.files if path.startswith("digests/")}
        return sorted(self.files.keys() - digests), sorted(digests)


@dataclass
class MemoryAnchor:
    """An anchor that keeps all heads, or the newest."""

    known: list[Head]
    keeps_all: bool = True
    name: str = "memory"

    def heads(self) -> list[Head]:
        return list(self.known)

    def add(self, head: Head) -> None:
        self.known = [*self.known, head] if self.keeps_all else [head]


@dataclass
class Sealed:
    """A trail with its anchor; copies of it can be tampered with."""

    trail: MemoryTrail
    anchor: MemoryAnchor

    def copy(self) -> "Sealed":
        return Sealed(
            MemoryTrail(dict(self.trail.files)), replace(self.anchor, known=self.anchor.heads())
        )

    @property
    def files(self) -> dict[str, bytes]:
        return self.trail.files

    @property
    def chain(self) -> Chain:
        files = {path: data for path, data in self.files.items() if path.startswith("digests/")}
        return check(files, {"memory": self.anchor.heads()}, KEYS[0].public)

    def verdict(self) -> Verdict:
        return examine(self.trail, [self.anchor], KEYS[0].public)[1]

    def named(self) -> set[tuple[str, str]]:
        """Give path and kind of all that is wrong."""
        return {(one.path, one.kind) for one in self.verdict().findings if not one.harmless}


def seeded(seed: int) -> random.Random:
    """Make chance that can be repeated."""
    return random.Random(seed)  # noqa: S311


def record(time: datetime, chance: random.Random) -> tuple[str, bytes]:
    """Make a record with a path of its own."""
    name = UUID(int=chance.getrandbits(128))
    data = {"id": f"{name}", "specversion": "1.0", "time": time.isoformat()}
    return f"run-{chance.randrange(3)}/{name}.json", json.dumps(data).encode()


def sealed(seed: int, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    """Seal a trail of up to four digests, where keys change and records come late, and go on."""
    chance = seeded(seed)
    made = Sealed(MemoryTrail({}), MemoryAnchor([], keeps_all=chance.random() < 0.5))
    time, signer = START, 0
    for _ in range(chance.randint(1, 4)):
        for _ in range(chance.randint(1, 5)):
            path, data = record(time - HOUR * chance.choice([0, 0, 0, 5]), chance)
            made.files[path] = data
        time += HOUR
        monkeypatch.setattr(_seal, "now", lambda time=time: time)
        changes = signer < len(KEYS) - 1 and chance.random() < 0.3
        seal(
            made.trail,
            KEYS[signer],
            [made.anchor],
            next_key=KEYS[signer + 1].public if changes else None,
            limit=chance.choice([2, 100]),
        )
        signer += changes
    for _ in range(chance.randint(0, 2)):
        path, data = record(time, chance)
        made.files[path] = data
    return made


@pytest.fixture(scope="module")
def trails() -> list[Sealed]:
    """Give forty trails, each of another shape."""
    with pytest.MonkeyPatch.context() as patch:
        return [sealed(seed, patch) for seed in range(40)]


# What a tampering does, and the findings that must name it; None where a trail is too small.
Named = set[tuple[str, str]]
Tampering = Callable[[Sealed, random.Random], Named | None]


def covered(found: Sealed, chance: random.Random, count: int) -> list[str] | None:
    """Choose records that digests cover."""
    paths = sorted(found.chain.covered)
    return chance.sample(paths, count) if len(paths) >= count else None


def numbers(found: Sealed) -> int:
    """Count digests."""
    return found.chain.digests


def flip_record(found: Sealed, chance: random.Random) -> Named | None:
    """Change one byte of a record."""
    (path,) = covered(found, chance, 1) or [""]
    found.files[path] = flipped(found.files[path], chance)
    return {(path, "altered")}


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Change one byte."""
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= chance.randint(1, 255)
    return bytes(changed)


def cut_record(found: Sealed, chance: random.Random) -> Named | None:
    """Cut a record's end off."""
    (path,) = covered(found, chance, 1) or [""]
    found.files[path] = found.files[path][: chance.randrange(len(found.files[path]))]
    return {(path, "altered")}


def delete_record(found: Sealed, chance: random.Random) -> Named | None:
    """Delete a record."""
    (path,) = covered(found, chance, 1) or [""]
    del found.files[path]
    return {(path, "missing")}


def insert_record(found: Sealed, chance: random.Random) -> Named | None:
    """Insert a record of old."""
    path, data = record(START - HOUR, chance)
    found.files[path] = data
    return {(path, "inserted")}


def insert_copy(found: Sealed, chance: random.Random) -> Named | None:
    """Insert a copy of a sealed record under another name."""
    (original,) = covered(found, chance, 1) or [""]
    path, _ = record(START, chance)
    found.files[path] = found.files[original]
    return {(path, "inserted")}


def insert_other(found: Sealed, chance: random.Random) -> Named | None:
    """Insert what is no record."""
    path, _ = record(START, chance)
    found.files[path] = chance.randbytes(9)
    return {(path, "inserted")}


def rename_record(found: Sealed, chance: random.Random) -> Named | None:
    """Give a record another name."""
    (original,) = covered(found, chance, 1) or [""]
    path, _ = record(START, chance)
    found.files[path] = found.files.pop(original)
    return {(original, "missing"), (path, "inserted")}


def swap_records(found: Sealed, chance: random.Random) -> Named | None:
    """Swap two records' content."""
    return rotated(found, covered(found, chance, 2))


def reorder_records(found: Sealed, chance: random.Random) -> Named | None:
    """Move the content of three records and more around."""
    return rotated(found, covered(found, chance, chance.randint(3, 6)))


def rotated(found: Sealed, paths: list[str] | None) -> Named | None:
    """Give each file the content of the next."""
    if paths is None:
        return None
    contents = [found.files[path] for path in paths]
    for path, data in zip(paths, contents[1:] + contents[:1], strict=True):
        found.files[path] = data
    return {(path, "reordered") for path in paths}


def overwrite_record(found: Sealed, chance: random.Random) -> Named | None:
    """Put another record's content over a record."""
    if (paths := covered(found, chance, 2)) is None:
        return None
    found.files[paths[0]] = found.files[paths[1]]
    return {(paths[0], "reordered")}


def truncate_chain(found: Sealed, chance: random.Random) -> Named | None:
    """Drop the newest digests, all of them at times."""
    last = numbers(found)
    dropped = range(last - chance.randint(1, last) + 1, last + 1)
    for number in dropped:
        del found.files[digest_path(number)]
    return {(digest_path(number), "dropped") for number in dropped}


def drop_newest(found: Sealed, _: random.Random) -> Named | None:
    """Drop the newest digest."""
    path = digest_path(numbers(found))
    del found.files[path]
    return {(path, "dropped")}


def delete_digest(found: Sealed, chance: random.Random) -> Named | None:
    """Delete a digest that others follow."""
    if (last := numbers(found)) == 1:
        return None
    path = digest_path(chance.randrange(1, last))
    del found.files[path]
    return {(path, "missing")}


def flip_digest(found: Sealed, chance: random.Random) -> Named | None:
    """Change one byte of a digest."""
    path = digest_path(chance.randint(1, numbers(found)))
    found.files[path] = flipped(found.files[path], chance)
    return {(path, "altered")}


def sign_again(found: Sealed, chance: random.Random) -> Named | None:
    """Sign a digest with another key, at times without one of its records."""
    path = digest_path(chance.randint(1, numbers(found)))
    digest, _ = parse(found.files[path])
    kept = digest.entries[chance.randint(0, 1) :]
    forged = replace(digest, key=STRANGER.public, entries=kept)
    found.files[path] = forged.sign(STRANGER.sign)
    return {(path, "forged")}


def sign_all_again(found: Sealed, chance: random.Random) -> Named | None:
    """Make a chain of one's own from some digest on."""
    first = chance.randint(1, numbers(found))
    before = sha256(found.files[digest_path(first - 1)]) if first > 1 else None
    named = set()
    for number in range(first, numbers(found) + 1):
        path = digest_path(number)
        digest, _ = parse(found.files[path])
        forged = replace(digest, key=STRANGER.public, previous=before, next_key=None)
        found.files[path] = forged.sign(STRANGER.sign)
        before = sha256(found.files[path])
        named.add((path, "forged"))
    return named


def append_forged(found: Sealed, chance: random.Random) -> Named | None:
    """Add a digest of one's own, for an old record of one's own."""
    last = numbers(found)
    named = insert_record(found, chance) or set()
    ((record_path, _),) = named
    digest, _ = parse(found.files[digest_path(last)])
    path = digest_path(last + 1)
    forged = replace(
        digest,
        number=last + 1,
        previous=sha256(found.files[digest_path(last)]),
        entries=((record_path, sha256(found.files[record_path])),),
        key=STRANGER.public,
    )
    found.files[path] = forged.sign(STRANGER.sign)
    return named | {(path, "forged")}


def replay_digest(found: Sealed, chance: random.Random) -> Named | None:
    """Put an old digest in the place of another, or after the newest."""
    last = numbers(found)
    old, place = chance.sample(range(1, last + 2), 2)
    if old == last + 1:
        old, place = place, old
    found.files[digest_path(place)] = found.files[digest_path(old)]
    return {(digest_path(place), "replayed")}


def swap_digests(found: Sealed, chance: random.Random) -> Named | None:
    """Swap two digests."""
    if (last := numbers(found)) == 1:
        return None
    paths = [digest_path(number) for number in chance.sample(range(1, last + 1), 2)]
    rotated(found, paths)
    return {(path, "reordered") for path in paths}


def rewrite_digest(found: Sealed, chance: random.Random) -> Named | None:
    """Be the sealer, and sign another digest in the place of one that is anchored."""
    number = chance.randint(1, numbers(found))
    path = digest_path(number)
    digest, _ = parse(found.files[path])
    signer = next(key for key in KEYS if key.public == digest.key)
    found.files[path] = replace(digest, time=digest.time + HOUR).sign(signer.sign)
    return {(path, "replayed")}


def insert_in_digests(found: Sealed, chance: random.Random) -> Named | None:
    """Insert a file beside the digests."""
    path = f"digests/{chance.randrange(99)}.json"
    found.files[path] = found.files[digest_path(1)]
    return {(path, "inserted")}


TAMPERINGS: list[Tampering] = [
    *(flip_record, cut_record, delete_record, insert_record, insert_copy, insert_other),
    *(rename_record, swap_records, reorder_records, overwrite_record, truncate_chain),
    *(drop_newest, delete_digest, flip_digest, sign_again, sign_all_again, append_forged),
    *(replay_digest, swap_digests, rewrite_digest, insert_in_digests),
]


def test_thousand_tamperings_are_named(trails: list[Sealed]) -> None:
    """Each of 1,000 random tamperings is found and named, and nothing else is said to be wrong."""
    chance = seeded(1)
    done = dict.fromkeys((tampering.__name__ for tampering in TAMPERINGS), 0)
    while sum(done.values()) < 1_000:
        tampering = min(TAMPERINGS, key=lambda one: (done[one.__name__], chance.random()))
        found = chance.choice(trails).copy()
        if (named := tampering(found, chance)) is None:
            continue
        wrong = found.named()
        # What only a damaged digest lists is not proven: that follows from the damage.
        others = {one for one in wrong - named if one[1] != "unproven"}
        assert named <= wrong, (tampering.__name__, named, found.verdict().findings)
        assert others == set(), (tampering.__name__, named, found.verdict().findings)
        done[tampering.__name__] += 1
    assert min(done.values()) > 40


def test_thousand_untouched_copies_are_clean(trails: list[Sealed]) -> None:
    """None of 1,000 untouched copies has anything wrong, and all records count."""
    for number in range(1_000):
        found = trails[number % len(trails)].copy()
        verdict = found.verdict()
        assert not verdict.wrong(strict=False)
        assert verdict.verified == len(found.chain.covered)
        assert verdict.verified + verdict.uncovered == len(found.trail.paths()[0])


def test_all_that_is_done_is_found(trails: list[Sealed]) -> None:
    """Several tamperings at once are all named: none hides another."""
    chance = seeded(2)
    together: list[Tampering] = [insert_other, insert_in_digests, flip_record]
    for _ in range(100):
        found = chance.choice(trails).copy()
        named: Named = set()
        for tampering in together:
            named |= tampering(found, chance) or set()
        assert named == found.named()


def texts(found: Sealed, kind: str) -> list[str]:
    """Give the words of a kind's findings."""
    return [one.text for one in found.verdict().findings if one.kind == kind]


@pytest.fixture
def trail(monkeypatch: pytest.MonkeyPatch) -> Sealed:
    """Give a trail of three digests with two records each."""
    made = Sealed(MemoryTrail({}), MemoryAnchor([]))
    for number in range(3):
        time = START + 2 * number * HOUR
        for name in "ab":
            data = json.dumps({"id": f"{number}{name}", "time": time.isoformat()}).encode()
            made.files[f"run/{number}{name}.json"] = data
        monkeypatch.setattr(_seal, "now", lambda time=time: time + HOUR)
        seal(made.trail, KEYS[0], [made.anchor])
    return made


def test_words_name_digest_and_hashes(trail: Sealed) -> None:
    """A finding says which digest covers the record, with which hash, and what it has now."""
    before = sha256(trail.files["run/1a.json"])
    trail.files["run/1a.json"] += b" "
    now = sha256(trail.files["run/1a.json"])
    assert texts(trail, "altered") == [
        f"digest 2 covers it with SHA-256 {before}, and it has {now}"
    ]


def test_swapped_records_hold_each_other_s_content(trail: Sealed) -> None:
    """Of swapped records it is said whose content each holds."""
    rotated(trail, ["run/0a.json", "run/2b.json"])
    first, second = texts(trail, "reordered")
    assert first.endswith("it and run/2b.json hold each other's content")
    assert second.endswith("it and run/0a.json hold each other's content")


def test_renamed_record_is_found_under_its_new_name(trail: Sealed) -> None:
    """Of a missing record it is said where its content is now."""
    trail.files["run/x.json"] = trail.files.pop("run/0a.json")
    assert texts(trail, "missing")[0].endswith("run/x.json holds that content")
    assert texts(trail, "inserted") == ["no digest covers it: it is a copy of run/0a.json"]


def test_record_of_now_is_not_yet_covered(trail: Sealed) -> None:
    """A record younger than the newest digest, or a little older, is only not covered yet."""
    time = START + 5 * HOUR - timedelta(minutes=59)
    trail.files["run/new.json"] = json.dumps({"time": time.isoformat()}).encode()
    verdict = trail.verdict()
    assert (verdict.verified, verdict.uncovered) == (6, 1)
    assert not verdict.wrong(strict=False)
    assert verdict.wrong(strict=True)


def test_record_before_the_first_seal_is_not_yet_covered() -> None:
    """Where nothing was ever sealed, nothing is wrong, and nothing proven."""
    found = Sealed(MemoryTrail(dict([record(START, seeded(3))])), MemoryAnchor([]))
    verdict = found.verdict()
    assert not verdict.wrong(strict=False)
    assert (verdict.verified, verdict.uncovered) == (0, 1)


def test_file_whose_path_no_record_has_is_inserted(trail: Sealed) -> None:
    """A record at a path that no record has was inserted."""
    trail.files["run/a\udcff.json"] = record(START + 9 * HOUR, seeded(4))[1]
    assert trail.named() == {("run/a\udcff.json", "inserted")}


def test_trail_without_anchor_proves_no_end(trail: Sealed) -> None:
    """Without an anchor nothing says which digest is the newest, which is a finding."""
    trail.anchor.known = []
    assert trail.named() == {("", "unanchored")}


def test_first_digest_may_wait_for_its_anchor(trail: Sealed) -> None:
    """While the first seal has not come to its anchor the digest is not anchored yet, no more."""
    trail.anchor.known = []
    for path in sorted(trail.files):
        if path not in {digest_path(1), "run/0a.json", "run/0b.json"}:
            del trail.files[path]
    assert texts(trail, "unanchored") == ["digest 1 is not anchored yet in memory"]
    assert not trail.verdict().wrong(strict=False)
    assert trail.verdict().wrong(strict=True)


def test_digest_after_the_anchor_is_accepted_and_named(trail: Sealed) -> None:
    """Digests that an anchor does not know yet are validly signed, and named."""
    trail.anchor.known = trail.anchor.known[:1]
    verdict = trail.verdict()
    assert not verdict.wrong(strict=False)
    assert verdict.wrong(strict=True)
    assert [one.text for one in verdict.findings] == [
        "digest 2 is not anchored yet in memory",
        "digest 3 is not anchored yet in memory",
    ]


def test_digest_of_another_trail_does_not_follow(trail: Sealed, trails: list[Sealed]) -> None:
    """A digest that the same key signed for another trail does not follow, anchored or not."""
    digest, _ = parse(trail.files[digest_path(3)])
    foreign = replace(digest, previous="0" * 64).sign(KEYS[0].sign)
    trail.files[digest_path(3)] = foreign
    assert trail.named() >= {(digest_path(3), "replayed")}
    assert "the anchor memory names" in texts(trail, "replayed")[0]
    trail.anchor.known = trail.anchor.known[:2]
    assert "follows another digest" in texts(trail, "replayed")[0]
    first, _ = parse(trail.files[digest_path(1)])
    trail.files[digest_path(1)] = replace(first, previous="0" * 64).sign(KEYS[0].sign)
    trail.anchor.known = []
    assert (digest_path(1), "replayed") in trail.named()
    assert trails  # the others are made once


def test_digest_under_another_number_is_replayed(trail: Sealed) -> None:
    """A digest that was renamed, or went around with others, is replayed where it is."""
    before = dict(trail.files)
    rotated(trail, [digest_path(number) for number in (1, 2, 3)])
    assert trail.named() == {(digest_path(number), "replayed") for number in (1, 2, 3)}
    trail.files.clear()
    trail.files.update(before)
    trail.files[digest_path(4)] = trail.files.pop(digest_path(3))
    assert trail.named() == {(digest_path(3), "missing"), (digest_path(4), "replayed")}


def test_anchor_that_contradicts_itself_is_seen(trail: Sealed) -> None:
    """Two heads of one number cannot both be right: the digest is not the one of both."""
    trail.anchor.known.append(replace(trail.anchor.known[1], sha256="0" * 64))
    assert (digest_path(2), "replayed") in trail.named()


def test_what_a_damaged_digest_lists_is_not_proven(trail: Sealed) -> None:
    """Records of a damaged digest are compared with it, and said to be proven by nothing."""
    path = digest_path(2)
    trail.files[path] = trail.files[path].replace(b'"size":', b'"size":1')
    assert trail.named() == {(path, "altered"), (digest_path(3), "unproven")}
    assert len(texts(trail, "unproven")) == 3
    trail.files["run/1a.json"] += b" "
    del trail.files["run/1b.json"]
    assert trail.named() == {
        (path, "altered"),
        (digest_path(3), "unproven"),
        ("run/1a.json", "unproven"),
        ("run/1b.json", "unproven"),
    }


def test_lost_digest_leaves_its_records_open(trail: Sealed) -> None:
    """Records of a digest that is not there are not called inserted: it may have covered them."""
    del trail.files[digest_path(2)]
    assert trail.named() == {(digest_path(2), "missing"), (digest_path(3), "unproven")}
    assert all("may have" in text for text in texts(trail, "uncovered"))
    assert "counts 2 records" in texts(trail, "unproven")[0]
    assert "names it with SHA-256" in texts(trail, "missing")[0]


def test_lost_digest_without_a_witness(trail: Sealed) -> None:
    """A digest whose hash nobody names any more is missing all the same."""
    del trail.files[digest_path(2)]
    trail.anchor.known = [trail.anchor.known[0]]
    assert (digest_path(2), "missing") in trail.named()
    assert texts(trail, "missing") == ["not there"]


def test_empty_store_is_found(trail: Sealed) -> None:
    """Where the store was emptied, the anchor tells which digests there were."""
    trail.files.clear()
    assert trail.named() == {(digest_path(number), "dropped") for number in (1, 2, 3)}


def test_lost_digest_that_changed_the_key_does_not_forge_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the digest that names a new key is lost, the anchor proves those which it signed."""
    made = Sealed(MemoryTrail({}), MemoryAnchor([]))
    for signer, next_key in [(0, KEYS[1].public), (1, None), (1, None)]:
        path, data = record(START, seeded(signer + len(made.files)))
        made.files[path] = data
        monkeypatch.setattr(_seal, "now", lambda: START)
        seal(made.trail, KEYS[signer], [made.anchor], next_key=next_key)
    assert made.named() == set()
    first = made.files.pop(digest_path(1))
    assert made.named() == {(digest_path(1), "missing"), (digest_path(2), "unproven")}
    made.files[digest_path(1)] = first[:-1]
    assert made.named() == {(digest_path(1), "altered"), (digest_path(2), "unproven")}
    # Without the anchor nobody can tell.
    made.anchor.known = []
    assert (digest_path(2), "forged") in made.named()


def test_sealer_trusts_the_first_digest_s_own_key(trail: Sealed) -> None:
    """A sealer need not have the first key: it takes what the first digest names."""
    files = {path: data for path, data in trail.files.items() if path.startswith("digests/")}
    assert check(files, {}, None).key == KEYS[0].public
    assert check({}, {}, None).key == ""
    assert check({digest_path(1): b""}, {}, None).key == ""


def test_forged_chain_is_named_from_end_to_end(trail: Sealed) -> None:
    """Who rewrites the chain with a key of his own, and the anchor too, gets no digest proven."""
    named = sign_all_again(trail, seeded(5)) or set()
    newest = sha256(trail.files[digest_path(3)])
    trail.anchor.known = [replace(trail.anchor.known[2], sha256=newest)]
    assert {path for path, kind in trail.named() if kind == "forged"} == {path for path, _ in named}


def test_wrong_public_key_proves_nothing(trail: Sealed) -> None:
    """With another public key than the first digest's no digest is proven."""
    chain, verdict = examine(trail.trail, [trail.anchor], STRANGER.public)
    assert (chain.digests, verdict.verified) == (0, 0)
    assert [one.kind for one in verdict.wrong(strict=False)] == ["forged"] * 3


def test_late_records_stay_visible(trails: list[Sealed]) -> None:
    """What was sealed late is noted by each verification, and is not wrong."""
    notes = [one for found in trails for one in found.verdict().findings if one.kind == "late"]
    assert len(notes) > 10
    assert all(one.harmless for one in notes)


def test_findings_are_sorted() -> None:
    """Findings come sorted by path, whatever they are about."""
    chain = Chain("", findings=[Finding("b", "missing", ""), Finding("a", "altered", "")])
    found = verify(chain, {"c": "0"}, {"c": None}).findings
    assert [one.path for one in found] == ["a", "b", "c"]
