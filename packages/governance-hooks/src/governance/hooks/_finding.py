"""What a verification finds, and how each kind is called."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "altered",
    "dropped",
    "forged",
    "inserted",
    "late",
    "missing",
    "reordered",
    "replayed",
    "unanchored",
    "uncovered",
    "unproven",
]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is not, or not yet, as it should be.

    Attributes:
        path: The file in the trail that it is about; empty if about the whole trail.
        kind: "altered": other bytes than were sealed, or a digest that no sealer wrote.
            "missing": a sealed record, or a digest before others, is not there. "dropped": the
            newest digests, which an anchor names, are not there. "inserted": a file that nobody
            sealed although its time says that it should be, a copy, or no record at all.
            "reordered": files hold each other's content. "replayed": a digest that was signed for
            another place. "forged": a digest signed by a key that may not. "unproven": only a
            damaged digest lists it, and differently. "unanchored": nothing outside the store
            knows the digest. "uncovered": no digest covers the record yet. "late": a record that
            was sealed long after the time which it gives.
        text: Says it to a person, with digest and hashes.
        harmless: Whether it is only to be known.
    """

    path: str
    kind: Kind
    text: str
    harmless: bool = False
