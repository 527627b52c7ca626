"""What packages bring: tasks, solvers, scorers, families and commands, found by entry point."""
