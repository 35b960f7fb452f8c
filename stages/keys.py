"""The project's secret key: content-free ids, seeds of surrogates and sealed files.

The key is a file of at least 32 bytes that `params.yaml` names under `key`. It never leaves the machine: it lies in a
folder that is not pushed, and nothing derived from it can be turned back without it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import random
from dataclasses import dataclass
from pathlib import Path

LEAST_BYTES = 32
VARIABLE = "ROUNDS_KEY"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret from which purposes derive their own: no two purposes share a byte stream."""

    secret: bytes

    @classmethod
    def from_environment(cls) -> Key | None:
        """The key in the environment variable ROUNDS_KEY, if it is set; raises `ValueError` when it is too short."""
        secret = os.environ.get(VARIABLE)
        return cls._checked(secret.strip().encode(), VARIABLE) if secret else None

    @classmethod
    def read(cls, path: str | Path) -> Key:
        """Read a key file; raises `ValueError` naming the file when it is missing or too short."""
        try:
            secret = Path(path).read_bytes().strip()
        except FileNotFoundError:
            raise ValueError(f"{path}: no key there; make one with `python -m stages.keys {path}`") from None
        return cls._checked(secret, path)

    @classmethod
    def _checked(cls, secret: bytes, where: str | Path) -> Key:
        if len(secret) < LEAST_BYTES:
            raise ValueError(f"{where}: a key has at least {LEAST_BYTES} bytes, this one has {len(secret)}")
        return cls(secret)

    def digest(self, purpose: str, *parts: str | bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104) of the parts, each prefixed with its length; 32 bytes."""
        mac = hmac.new(self.secret, digestmod=hashlib.sha256)
        for part in (purpose, *parts):
            data = part.encode() if isinstance(part, str) else part
            mac.update(len(data).to_bytes(8, "big") + data)
        return mac.digest()

    def id(self, purpose: str, *parts: str | bytes) -> str:
        """A content-free id: 16 characters of base 32 (80 bits)."""
        return base64.b32encode(self.digest(purpose, *parts)[:10]).decode().lower()

    def place(self, seed: int, group: str) -> float:
        """Where a patient lies, from 0 to 1: `split` cuts test, validation and train from this line in that order."""
        return int.from_bytes(self.digest("split", str(seed), group)[:8], "big") / 2**64

    def rng(self, purpose: str, *parts: str | bytes) -> random.Random:
        """A generator of its own for these parts: neither order nor batch nor worker count changes what it gives."""
        return random.Random(self.digest(purpose, *parts))

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Encrypt with AES-256-GCM under a key derived for the purpose; the nonce is random and goes first."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        return nonce + AESGCM(self.digest("seal", purpose)).encrypt(nonce, plain, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """Undo `seal`; raises `cryptography.exceptions.InvalidTag` when the bytes or the key are not the same."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.digest("seal", purpose)).decrypt(sealed[:12], sealed[12:], purpose.encode())

    def seal_alike(self, purpose: str, plain: bytes) -> bytes:
        """Encrypt with AES-256-SIV (RFC 5297) under a key derived for the purpose: the same plain, the same bytes."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(self._siv(purpose)).encrypt(plain, [purpose.encode()])

    def open_alike(self, purpose: str, sealed: bytes) -> bytes:
        """Undo `seal_alike`; raises `cryptography.exceptions.InvalidTag` when the bytes or the key are not the same."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(self._siv(purpose)).decrypt(sealed, [purpose.encode()])

    def _siv(self, purpose: str) -> bytes:
        return self.digest("seal alike, mac", purpose) + self.digest("seal alike, cipher", purpose)


def seeded(seed: int, stage: str, *parts: str) -> random.Random:
    """A generator for work that hides nothing: hash(seed, stage, record id), never a shared global one."""
    return Key(f"rounds seed {seed}".encode()).rng(stage, *parts)


def main() -> None:
    """Write a fresh random key to the file named on the command line, unless there is one."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m stages.keys", description="Make a fresh secret key.")
    parser.add_argument("file", type=Path, help="where to write it; an existing file is never overwritten")
    path: Path = parser.parse_args().file
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b32encode(os.urandom(40)) + b"\n")


if __name__ == "__main__":
    main()
