"""Solvers, one technique per file; a solver never scores."""
