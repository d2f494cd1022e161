"""Paths in a trail: what is a digest's, and what may be a record's."""

import re

FOLDER = "digests"

_NAME = re.compile(rf"{FOLDER}/([0-9]{{8}})\.json")
# No empty name, "." or "..", nor anything that a name cannot hold. A name that is no UTF-8 comes
# from the file system with halves of surrogate pairs in it.
_FORBIDDEN = r"/\\\0\ud800-\udfff"
_RECORD = re.compile(
    rf"(?!{FOLDER}/)(?:(?!\.\.?(?:/|\Z))[^{_FORBIDDEN}]+/)*(?!\.\.?\Z)[^{_FORBIDDEN}]+"
)


def digest_path(number: int) -> str:
    """Name a digest's file.

    Args:
        number: The digest's number.

    Returns:
        Its path in the trail.
    """
    return f"{FOLDER}/{number:08}.json"


def digest_number(path: str) -> int | None:
    """Read a digest's number from its file's name.

    Args:
        path: A path in the trail.

    Returns:
        The number; None if no digest has such a name.
    """
    match = _NAME.fullmatch(path)
    return (int(match[1]) or None) if match else None


def is_record_path(path: str) -> bool:
    """Tell whether a path may be a record's: below the root, and no digest's.

    Args:
        path: A path in the trail, or what claims to be one.
    """
    return _RECORD.fullmatch(path) is not None
