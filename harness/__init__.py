"""The engine: knows nothing of any one benchmark and imports nothing from tasks, solvers, scorers or leaderboards."""
