"""What inspect loads of Glassbox, under the same names everywhere: `glassbox/ir_arith`, `glassbox/ir_head`.

Every file of these rooms is loaded, so that a new task, solver or scorer is one new file and nothing else.
"""

from glassbox.harness import registry as engine
from glassbox.harness.plugins.entries import files
from glassbox.harness.plugins.registered import also_by_package

__all__ = ["engine", "rooms"]

rooms = [module for room in ("scorers", "solvers", "tasks") for module in files(f"glassbox.{room}")]
also_by_package("glassbox")
