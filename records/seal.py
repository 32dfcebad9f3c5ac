"""The seal: signs what leaves the house and must not be forged (invitations, links to a chat, health codes)."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

SIGNATURE = 43  # characters: SHA-256 in base64


class SealError(ValueError):
    """A token that we did not sign, or not for this purpose."""


class Seal:
    """Signs and reads tokens by one secret; a token is letters, digits, `-` and `_`, so that any channel carries it.

    Whoever has the secret can sign: every process that serves the same store needs the same one.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise SealError("the secret is shorter than 16 characters")
        self._secret = secret

    def sign(self, purpose: str, *fields: Any) -> str:
        """A token that holds these fields (JSON, readable by anybody), good for this purpose alone."""
        body = base64_encode(json.dumps(fields, separators=(",", ":")))
        return (body + self._signer(purpose).get_signature(body)).decode()

    def read(self, purpose: str, token: str) -> list[Any]:
        """The fields of a token. Raises SealError when we did not sign it for this purpose."""
        try:
            body, signature = token[:-SIGNATURE].encode("ascii"), token[-SIGNATURE:].encode("ascii")
            # As text, since the last of its letters has bits to spare: one token, not four that read alike.
            if secrets.compare_digest(self._signer(purpose).get_signature(body), signature):
                return list(json.loads(base64_decode(body)))
        except (BadData, UnicodeEncodeError):
            pass
        raise SealError("not signed by us")

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._secret, salt=purpose, digest_method=hashlib.sha256)


def kept_secret(file: Path) -> str:
    """The secret in a file that only its owner may read; made there when there is none."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as new:
        new.write(secret := secrets.token_urlsafe(32))
    return secret
