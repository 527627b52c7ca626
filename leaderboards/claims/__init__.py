"""The ledger of the seeds' claims: what each says in figures, what would refute it, and what was measured here.

from glassbox.leaderboards.claims import ledger_tables
"""

from glassbox.leaderboards.claims.ledger_tables import ledger_tables

__all__ = ["ledger_tables"]
