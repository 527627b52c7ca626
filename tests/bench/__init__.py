"""Benchmarks; `python -m tests.bench` runs them all, and records go to baselines/bench/."""
