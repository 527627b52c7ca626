"""What one call of a candidate may use, in units that do not depend on how busy the machine is."""

from __future__ import annotations

from dataclasses import dataclass, fields

MIB = 1 << 20
KIB = 1 << 10


@dataclass(frozen=True, slots=True)
class Limits:
    """Every figure is for one call of a candidate, or for the loading of its module.

    Attributes:
      fuel: WebAssembly operations; the same code uses the same amount on every machine. Beyond it: timeout.
      memory_bytes: Linear memory of the instance, interpreter included. Beyond it: memory.
      output_bytes: Captured stdout and stderr, each; what is beyond is cut.
      result_bytes: The encoded value that a call returns.
      recursion: Python frames of the candidate before RecursionError.
      seconds: Wall clock, the last guard: it ends in SandboxError, never in a verdict.
    """

    fuel: int = 30_000_000_000
    memory_bytes: int = 256 * MIB
    output_bytes: int = 64 * KIB
    result_bytes: int = MIB
    recursion: int = 1_000
    seconds: float = 300.0

    def __post_init__(self) -> None:
        if self.fuel >= 1 << 63:
            raise ValueError(f"limit fuel is {self.fuel}; it must be below 2**63")
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"limit {field.name} is {getattr(self, field.name)}; it must be above 0")
