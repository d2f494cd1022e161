"""How bits are spread over a 64-bit key, so that different values rarely share one."""

import numpy as np
from numpy.typing import NDArray

# Two odd numbers with irregular bits: the golden ratio's and a prime used in xxHash.
# Source: Knuth, The Art of Computer Programming 3, section 6.4 (multiplicative hashing).
_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_LESS = np.uint64(29)
_BUCKET_BITS = 20

MISSING_KEY = np.uint64(0x5BD1E995A7C3F08D)
"""The key of every missing value."""

BUCKETS = 1 << _BUCKET_BITS
"""Into how many buckets `bucket` sorts."""


def mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return keys whose every bit depends on many bits of the given ones."""
    keys = keys * _FIRST
    keys ^= keys >> _HALF
    keys *= _SECOND
    keys ^= keys >> _LESS
    return keys


def shortened(keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return for each key one of 32 bits, which sorts in half the time, equal for equal keys."""
    short: NDArray[np.uint32] = ((keys * _FIRST) >> _HALF).astype(np.uint32)
    return short


def bucket(short: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return for each shortened key a small number, equal ones for equal keys."""
    buckets: NDArray[np.uint32] = short >> np.uint32(32 - _BUCKET_BITS)
    return buckets
