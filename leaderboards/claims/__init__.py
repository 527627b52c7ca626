"""The ledger of the seeds' claims: what each says in figures, what would refute it, and what was measured here.

from leaderboards.claims import ledger_tables
"""

from leaderboards.claims.ledger_tables import ledger_tables

__all__ = ["ledger_tables"]
