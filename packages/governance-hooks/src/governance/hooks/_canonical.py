"""The same bytes for the same facts: canonical JSON by RFC 8785."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import rfc8785

# What a double holds exactly, and so what RFC 8785 has a form for.
_LARGEST = 2**53 - 1
# From here on a double is written with an exponent, and not read as an integer.
_EXPONENT = 1e21


def canonical(facts: Mapping[str, Any] | list[Any]) -> bytes:
    """Write facts as canonical JSON (RFC 8785).

    Args:
        facts: What JSON can hold, and besides: tuples, numbers without a form in RFC 8785 (not
            finite, or integers beyond 2^53), which are written as text, and text that is no
            Unicode, whose faulty characters become question marks.

    Returns:
        UTF-8, without white space, keys in order.
    """
    return rfc8785.dumps(_plain(facts))


def fingerprint(facts: Mapping[str, Any] | list[Any]) -> str:
    """Name facts by their content.

    Args:
        facts: As for `canonical`.

    Returns:
        "sha256:" and the hash of the canonical form in hexadecimal digits.
    """
    return f"sha256:{hashlib.sha256(canonical(facts)).hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        is_read_again = math.isfinite(value) and not _LARGEST < abs(value) < _EXPONENT
        return value if is_read_again else str(value)
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        return str(value)
    return value
