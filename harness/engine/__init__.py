"""How a run is made: techniques that answer in batches, served to inspect or run directly into the same log."""
