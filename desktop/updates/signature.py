"""Signatures of releases: Ed25519 in minisign's form, so that anyone can check one with minisign as well.

    python -m desktop.updates.signature new                          a key pair: the private one to standard output
    python -m desktop.updates.signature sign SHA256SUMS VERSION      with the private key in SAMAR_RELEASE_KEY

Format (minisign's manual, "Signature format" and "Public key format"): base64 of algorithm "ED", key id (8 bytes) and the
signature of the file's BLAKE2b-512; then a trusted comment and base64 of the signature of (signature + comment). The
comment says which version the sums are of, so that an old release can't pose as a new one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from desktop.core.errors import SamarError

MOST_BYTES = 4096
COMMENT = "trusted comment: "
PREHASHED = b"ED"
PUBLIC = b"Ed"


def check(data: bytes, signature: bytes, keys: Sequence[str], version: str) -> None:
    """Whether `data` was signed for this version of Samar by the owner of one of the keys.

    Raises SamarError update_untrusted, update_other_version.
    """
    try:
        first, second, third, fourth = signature.decode("utf-8").splitlines()[:4]
        signed, whole = _decoded(second, 74), _decoded(fourth, 64)
    except (ValueError, binascii.Error) as problem:
        raise untrusted("the signature can't be read") from problem
    if not first.startswith("untrusted comment: ") or not third.startswith(COMMENT) or signed[:2] != PREHASHED:
        raise untrusted("the signature can't be read")
    said = third.removeprefix(COMMENT)
    try:
        key = next((raw for raw in map(_public, keys) if raw[2:10] == signed[2:10]), None)
    except ValueError as problem:
        raise untrusted("a key of this Samar can't be read") from problem
    if key is None:
        raise untrusted("it was signed with a key that this Samar does not know")
    _verify(key[10:], signed[10:], hashlib.blake2b(data).digest(), "the signature is not right")
    _verify(key[10:], whole, signed[10:] + said.encode(), "the signature's comment is not right")
    if said != f"samar {version}":
        raise SamarError("update_other_version", version=version)


def untrusted(reason: str) -> SamarError:
    return SamarError("update_untrusted", reason=reason)


def _verify(key: bytes, signature: bytes, data: bytes, otherwise: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError) as problem:
        raise untrusted(otherwise) from problem


def _decoded(text: str, length: int) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != length:
        raise ValueError("the wrong length")
    return raw


def _public(text: str) -> bytes:
    raw = _decoded(text, 42)
    if raw[:2] != PUBLIC:
        raise ValueError("no Ed25519 key")
    return raw


# ---- for those who publish


def new_key() -> tuple[str, str]:
    """A private key, which is kept where nobody reads it, and its public key for assets/release.json."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = Ed25519PrivateKey.generate().private_bytes_raw()
    private = base64.b64encode(os.urandom(8) + seed).decode()
    return private, public_of(private)


def public_of(private: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    raw = _decoded(private, 40)
    key = Ed25519PrivateKey.from_private_bytes(raw[8:]).public_key().public_bytes_raw()
    return base64.b64encode(PUBLIC + raw[:8] + key).decode()


def sign(data: bytes, private: str, version: str) -> bytes:
    """The text of a .minisig file."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    raw, said = _decoded(private, 40), f"samar {version}"
    key = Ed25519PrivateKey.from_private_bytes(raw[8:])
    signature = key.sign(hashlib.blake2b(data).digest())
    whole = key.sign(signature + said.encode())
    head = f"untrusted comment: signature of Samar {version}"
    body = base64.b64encode(PREHASHED + raw[:8] + signature).decode()
    return f"{head}\n{body}\n{COMMENT}{said}\n{base64.b64encode(whole).decode()}\n".encode()


def main(arguments: list[str]) -> int:
    if arguments == ["new"]:
        private, public = new_key()
        print(private)
        print(f"public key, for assets/release.json: {public}", file=sys.stderr)
        return 0
    if len(arguments) == 3 and arguments[0] == "sign" and os.environ.get("SAMAR_RELEASE_KEY"):
        file = Path(arguments[1])
        made = sign(file.read_bytes(), os.environ["SAMAR_RELEASE_KEY"].strip(), arguments[2].removeprefix("v"))
        file.with_name(f"{file.name}.minisig").write_bytes(made)
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
