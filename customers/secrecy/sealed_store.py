"""Makes a database ready for sealed data: its own keys, and nothing left in plain columns."""

from __future__ import annotations

from customers.privacy import signing
from customers.secrecy import blind_index, sealing, unsealed
from storage.pool import Connection


def ensure(connection: Connection) -> list[str]:
    """Make the service's own keys, and seal what an older version left plain; what was done.

    Commits as it goes, so that a large table can be sealed in several runs. Raises
    ConfigurationError if the master keys are not those that the database was sealed with.
    """
    sealing.keys_of(connection, [signing.OWNER, blind_index.OWNER], make=True)
    connection.commit()
    sealed = unsealed.seal_all(connection)
    return [f"sealed {sealed} records that were plain"] if sealed else []
