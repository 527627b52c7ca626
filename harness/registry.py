"""What inspect loads of the engine: the model provider `open/`. Tasks and solvers register in their own packages."""

from harness.lm.provider import open_provider

__all__ = ["open_provider"]
