"""The hash of a list that its every element goes into: the Merkle tree of RFC 6962."""

import hashlib
from collections.abc import Iterable

# RFC 6962, section 2.1: what is hashed says whether it is a leaf or an inner node, so that none
# can be taken for the other.
_LEAF = b"\x00"
_NODE = b"\x01"


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Hash a list (RFC 6962, section 2.1, with SHA-256).

    The RFC splits a list at the largest power of two below its length. Joining neighbours level
    by level, a last one without neighbour moving up as it is, builds the same tree.

    Args:
        leaves: The elements, in order.

    Returns:
        The root, in hexadecimal digits; SHA-256 of nothing for an empty list.
    """
    sha256 = hashlib.sha256
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
    if not level:
        return sha256().hexdigest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(_NODE + left + right).digest() for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0].hex()
