"""One check a file; each holds a `CHECK` that `harness.audit.registry` lists."""
