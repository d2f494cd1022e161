"""Ed25519 keys (RFC 8032) from PEM files, and what is signed with them."""

import os
import re
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
OTHERS = stat.S_IROTH | stat.S_IWOTH


class KeyFileError(ValueError):
    """A key that cannot be used; the message names the file, what was found and the remedy."""


class PrivateKey:
    """A key that signs.

    Args:
        key: The key as `cryptography` holds it.
    """

    def __init__(self, key: Any) -> None:
        self._key = key
        self.public = _raw(key.public_key())

    def sign(self, data: bytes) -> str:
        """Sign bytes.

        Args:
            data: The bytes.

        Returns:
            The signature, 64 bytes in hexadecimal digits.
        """
        signature: bytes = self._key.sign(data)
        return signature.hex()


def read_private_key(path: Path) -> PrivateKey:
    """Read a private key: PEM, PKCS #8 (RFC 5958, RFC 8410), without a passphrase.

    Args:
        path: Its file, which others on the machine may neither read nor write. Its group may: that
            is how Kubernetes hands a secret to a container which does not run as root.

    Returns:
        The key.

    Raises:
        KeyFileError: If it cannot be used.
    """
    data = _pem(path, b"PRIVATE KEY", "make one with: openssl genpkey -algorithm ed25519")
    # Windows has no such rights.
    if hasattr(os, "geteuid") and path.stat().st_mode & OTHERS:
        raise KeyFileError(
            f"{path}: a private key that everybody on the machine may read or write is none; found "
            f"the mode {stat.S_IMODE(path.stat().st_mode):04o}. Set it to 0400, or to 0440 for a "
            "group, and change the key if others may have read it."
        )
    library = _cryptography()
    load = partial(library.serialization.load_pem_private_key, data, password=None)
    return PrivateKey(_loaded(path, load, library.ed25519.Ed25519PrivateKey))


def read_public_key(path: Path) -> str:
    """Read a public key: PEM, SubjectPublicKeyInfo (RFC 8410).

    Args:
        path: Its file.

    Returns:
        The key, 32 bytes in hexadecimal digits, which is also its name.

    Raises:
        KeyFileError: If it cannot be used.
    """
    remedy = "make it from the private key with: openssl pkey -pubout -in PRIVATE -out PUBLIC"
    data = _pem(path, b"PUBLIC KEY", remedy)
    library = _cryptography()
    load = partial(library.serialization.load_pem_public_key, data)
    return _raw(_loaded(path, load, library.ed25519.Ed25519PublicKey))


def is_signed(data: bytes, signature: str, key: str) -> bool:
    """Tell whether a key signed bytes.

    Args:
        data: The bytes.
        signature: The signature, in hexadecimal digits.
        key: The public key, likewise.

    Raises:
        KeyFileError: If the extra `audit` is not installed.
    """
    library = _cryptography()
    try:
        public = library.ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), data)
    except library.exceptions.InvalidSignature:
        return False
    return True


def _pem(path: Path, label: bytes, remedy: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: the key cannot be read: {error.strerror}.") from None
    expected = f"expected PEM that begins with -----BEGIN {label.decode()}-----"
    if (match := _LABEL.search(data)) is None:
        raise KeyFileError(f"{path}: {expected}, found none; {remedy}")
    if match[1] == b"ENCRYPTED PRIVATE KEY":
        raise KeyFileError(
            f"{path}: found a key with a passphrase. A job has nobody to type it: keep the key "
            "itself in a secret store, and remove the passphrase with: openssl pkey"
        )
    if match[1] != label:
        raise KeyFileError(f"{path}: {expected}, found {match[1].decode()}; {remedy}")
    return data


def _loaded(path: Path, load: Callable[[], Any], kind: type) -> Any:
    try:
        key = load()
    except (ValueError, TypeError, _cryptography().exceptions.UnsupportedAlgorithm):
        # OpenSSL's own words tell nobody what to do.
        raise KeyFileError(f"{path}: the PEM holds no key that can be read.") from None
    if not isinstance(key, kind):
        raise KeyFileError(
            f"{path}: expected an Ed25519 key, found {type(key).__name__.lstrip('_')}; make one "
            "with: openssl genpkey -algorithm ed25519"
        )
    return key


def _raw(public: Any) -> str:
    raw: bytes = public.public_bytes_raw()
    return raw.hex()


class _Cryptography(NamedTuple):
    serialization: Any
    ed25519: Any
    exceptions: Any


def _cryptography() -> _Cryptography:
    try:  # it comes with an extra, which those who only write records need not have
        from cryptography import exceptions  # noqa: PLC0415
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError:
        raise KeyFileError(
            "Sealing and verifying need the package cryptography, which is not installed. Install "
            'it with: pip install "governance-hooks[audit]"'
        ) from None
    return _Cryptography(serialization, ed25519, exceptions)
