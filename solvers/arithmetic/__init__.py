"""What the solvers of arithmetic share: fitted heads, and text that is read."""
