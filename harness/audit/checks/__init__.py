"""One check a file; each holds a `CHECK` that `glassbox.harness.audit.registry` lists."""
