"""The key by which this service signs: proofs of erasure, checkpoints of the audit trail.

It is kept as a customer's key is, wrapped by a master key: every process has the same one, and it
outlives the rotation of master keys.
"""

from __future__ import annotations

from customers.secrecy import sealing
from storage.pool import Connection
from storage.signature import Signer

OWNER = "signatures"


def signer(connection: Connection) -> Signer:
    """Who signs for this database."""
    return Signer.of(sealing.keys_of(connection, [OWNER], make=True).of(OWNER).signing_seed())
