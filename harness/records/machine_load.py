"""What other processes took of the machine while a run was timed, from Linux's own accounts.

    load = MachineLoad.now()
    ...
    load.others()      # 0.02: others used 2 % of all cores' time since; None where the system does not say

A latency on a machine that is busy with something else is a latency of both.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

OTHERS_CPU = "others_cpu_share"
"""The fact's name in a log's metadata."""
_ACCOUNTS = Path("/proc/stat")
_IDLE = (3, 4)  # idle, and waiting for a disk
_GUESTS = slice(8)  # what guests use is counted as the host's already


@dataclass(frozen=True, slots=True)
class MachineLoad:
    """The accounts at one moment, in seconds of processor time.

    Attributes:
      at: By a clock that only goes forward.
      busy: Of all processes on all cores; None where the system does not say.
      own: Of this process and of its children that have ended.
    """

    at: float
    busy: float | None
    own: float

    @classmethod
    def now(cls) -> MachineLoad:
        """Read the accounts."""
        times = os.times()
        return cls(monotonic(), _busy(), times.user + times.system + times.children_user + times.children_system)

    def others(self) -> float | None:
        """Share of all cores' time that others used since then, 0 to 1."""
        now = MachineLoad.now()
        if self.busy is None or now.busy is None or now.at <= self.at:
            return None
        used = now.busy - self.busy - (now.own - self.own)
        return round(min(max(used / ((now.at - self.at) * (os.cpu_count() or 1)), 0.0), 1.0), 3)


def _busy() -> float | None:
    try:
        first = _ACCOUNTS.read_text(encoding="ascii").partition("\n")[0].split()
        ticks = [int(part) for part in first[1:]][_GUESTS]
    except (OSError, ValueError):
        return None
    return sum(part for at, part in enumerate(ticks) if at not in _IDLE) / os.sysconf("SC_CLK_TCK")
