"""The test suite; `tests.bench` holds the benchmarks that run as modules."""
