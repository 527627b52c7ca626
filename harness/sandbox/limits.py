"""What a candidate may use, in units that do not depend on how busy the machine is."""

from __future__ import annotations

from dataclasses import dataclass, fields

MIB = 1 << 20
KIB = 1 << 10
FUEL_PER_SECOND = 10**10
"""About what a quick core burns in a second of its own; a slow one, or one that two programs share, burns a third."""

_LEAST_FUEL_PER_SECOND = FUEL_PER_SECOND // 8
"""Work that burns less than this misses every cache: it ends by its time."""
_SHORTEST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Every figure but `calls` is for one call of a candidate, or for the loading of its module.

    Attributes:
      fuel: WebAssembly operations; the same code uses the same amount on every machine. Beyond it: timeout.
      memory_bytes: Linear memory of the instance, interpreter included. Beyond it: memory.
      output_bytes: Captured stdout and stderr, each; what is beyond is cut.
      result_bytes: The encoded value that a call returns.
      recursion: Python frames of the candidate before RecursionError.
      calls: How many times what one call may use, fuel and processor time, all calls of a candidate may use together.
    """

    fuel: int = 30_000_000_000
    memory_bytes: int = 256 * MIB
    output_bytes: int = 64 * KIB
    result_bytes: int = MIB
    recursion: int = 1_000
    calls: int = 10

    def __post_init__(self) -> None:
        if self.fuel >= 1 << 63:
            raise ValueError(f"limit fuel is {self.fuel}; it must be below 2**63")
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"limit {field.name} is {getattr(self, field.name)}; it must be above 0")

    @property
    def cpu_seconds(self) -> float:
        """Processor time of one call. Beyond it: timeout, for work that burns little fuel for the time it takes."""
        return max(_SHORTEST_SECONDS, self.fuel / _LEAST_FUEL_PER_SECOND)
