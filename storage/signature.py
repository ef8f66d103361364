"""Signs documents so that others can check them without our secret: Ed25519."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from runtime.errors import InvalidError

SIGNATURE, SIGNER = "signature", "signed_by"
"""The fields that a signed document has besides its own."""


@dataclass(frozen=True)
class Signer:
    """Signs by a secret key."""

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, seed: bytes) -> Signer:
        """The signer of whoever has these 32 secret bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public_key(self) -> str:
        """What others check by, in Base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, document: Mapping[str, object]) -> dict[str, object]:
        """The document with its signature and the public key."""
        signed = {**document, SIGNER: self.public_key}
        signature = base64.b64encode(self._key.sign(_canonical(signed))).decode()
        return {**signed, SIGNATURE: signature}

    def check(self, document: Mapping[str, object]) -> None:
        """Raise InvalidError unless we signed exactly this."""
        if document.get(SIGNER) != self.public_key:
            raise InvalidError(
                "this was signed by another key",
                hint="check it with the database, and the keys, of the service that signed it",
            )
        check(document)


def check(document: Mapping[str, object]) -> None:
    """Raise InvalidError unless the document is as it was signed by the key that it names."""
    plain = {name: value for name, value in document.items() if name != SIGNATURE}
    try:
        public = base64.b64decode(str(document[SIGNER]), validate=True)
        signature = base64.b64decode(str(document[SIGNATURE]), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _canonical(plain))
    except (KeyError, ValueError, binascii.Error, InvalidSignature) as error:
        raise InvalidError(
            "the signature does not fit: the document was changed, or never signed",
            hint="get it again from where it was made",
        ) from error


def _canonical(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
