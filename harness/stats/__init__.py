"""Statistics for boards and claims: intervals, paired tests, verdicts. Knows arrays, not logs."""
