"""What inspect loads of Glassbox, under the same names everywhere: `glassbox/ir_arith`, `glassbox/ir_head`."""

from glassbox.harness import registry as harness
from glassbox.harness.names import also_by_package
from glassbox.solvers import registry as solvers
from glassbox.tasks import registry as tasks

__all__ = ["harness", "solvers", "tasks"]

also_by_package("glassbox")
