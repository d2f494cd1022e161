import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from governance.hooks._signature import (
    KeyFileError,
    is_signed,
    read_private_key,
    read_public_key,
)

PLAIN = serialization.NoEncryption()
KEY = ed25519.Ed25519PrivateKey.generate()


def private(
    path: Path, key: Any = KEY, encryption: serialization.KeySerializationEncryption = PLAIN
) -> Path:
    """Write a private key as openssl does."""
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    )
    path.chmod(0o600)
    return path


def public(path: Path, key: Any = KEY) -> Path:
    """Write the public half."""
    path.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def refused(read: Any, path: Path) -> str:
    """Have a key refused, and see that the message holds nothing of the file."""
    with pytest.raises(KeyFileError) as caught:
        read(path)
    text = str(caught.value)
    if path.exists():
        lines = path.read_text("utf-8").splitlines()
        assert not any(line in text for line in lines if line and not line.startswith("-----"))
    assert str(path) in text
    assert caught.value.__cause__ is None
    return text


def test_keys_as_openssl_makes_them(tmp_path: Path) -> None:
    """A key of openssl signs, and its public half, made by openssl, tells so."""
    openssl = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", "private.pem"]
    subprocess.run(openssl, cwd=tmp_path, check=True)
    half = ["openssl", "pkey", "-in", "private.pem", "-pubout", "-out", "public.pem"]
    subprocess.run(half, cwd=tmp_path, check=True)
    key = read_private_key(tmp_path / "private.pem")
    assert read_public_key(tmp_path / "public.pem") == key.public
    signature = key.sign(b"digest")
    assert is_signed(b"digest", signature, key.public)
    assert not is_signed(b"digesT", signature, key.public)
    assert not is_signed(b"digest", signature, "0" * 64)


def test_signature_is_the_one_of_the_rfc(tmp_path: Path) -> None:
    """RFC 8032, section 7.1, test 2: its key gives its signature."""
    seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    key = read_private_key(
        private(
            tmp_path / "k.pem", ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        )
    )
    assert key.public == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72") == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA"),
        (ec.generate_private_key(ec.SECP256R1()), "EllipticCurve|ECP"),
        (x25519.X25519PrivateKey.generate(), "X25519"),
    ],
)
def test_other_kinds_of_keys_are_refused(tmp_path: Path, other: Any, found: str) -> None:
    """A key of another kind is refused, and the message says which it is."""
    import re

    for read, path in [
        (read_private_key, private(tmp_path / "private.pem", other)),
        (read_public_key, public(tmp_path / "public.pem", other)),
    ]:
        text = refused(read, path)
        assert "expected an Ed25519 key" in text
        assert re.search(found, text)


def test_halves_are_not_mixed_up(tmp_path: Path) -> None:
    """A private key is refused where the public one belongs, and the other way round."""
    assert "found PRIVATE KEY; make it from" in refused(
        read_public_key, private(tmp_path / "private.pem")
    )
    assert "found PUBLIC KEY; make one" in refused(
        read_private_key, public(tmp_path / "public.pem")
    )


def test_passphrase_is_refused(tmp_path: Path) -> None:
    """A key with a passphrase is refused with the way out."""
    path = private(tmp_path / "k.pem", KEY, serialization.BestAvailableEncryption(b"secret"))
    assert "passphrase" in refused(read_private_key, path)


def test_files_that_are_no_keys(tmp_path: Path) -> None:
    """No file, no PEM and a broken PEM are told apart."""
    path = tmp_path / "k.pem"
    assert "No such file" in refused(read_private_key, path)
    path.write_text("hunter2hunter2")
    assert "found none" in refused(read_private_key, path)
    path.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert "no key that can be read" in refused(read_public_key, path)


@pytest.mark.parametrize("mode", [0o604, 0o666, 0o602])
def test_private_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A private key that everybody may read or write is refused; the message says the mode."""
    path = private(tmp_path / "k.pem")
    path.chmod(mode)
    assert f"{mode:04o}" in refused(read_private_key, path)


def test_private_key_that_the_group_may_read_is_taken(tmp_path: Path) -> None:
    """The group may read the key, as in a container that does not run as root."""
    path = private(tmp_path / "k.pem")
    path.chmod(0o440)
    assert read_private_key(path).public == read_public_key(public(tmp_path / "p.pem"))


def test_system_without_rights_has_none_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files have no owner's rights, as on Windows, the mode says nothing."""
    path = private(tmp_path / "k.pem")
    path.chmod(0o666)
    monkeypatch.delattr(os, "geteuid")
    assert read_private_key(path).public


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package cryptography the message names the extra that brings it."""
    path = public(tmp_path / "p.pem")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    with pytest.raises(KeyFileError, match=r"governance-hooks\[audit\]"):
        read_public_key(path)
