"""What inspect loads as `tasks/...`. A new task is one file and one line here."""

from tasks.ir_arith import ir_arith, ir_loop, ir_multi_op

__all__ = ["ir_arith", "ir_loop", "ir_multi_op"]
