"""What inspect loads as `tasks/...`. A new task is one file and one line here."""

from glassbox.tasks.code_spec import code_suite, humaneval, humaneval_plus, mbpp, phase2, phase3, phase3_plus
from glassbox.tasks.ir_arith import ir_arith, ir_loop, ir_multi_op
from glassbox.tasks.soft_prompt import dcm_arc, dcm_arithmetic, dcm_nq, dcm_squad, dcm_sudoku, dcm_tier, dcm_triviaqa

__all__ = [
    "code_suite",
    "dcm_arc",
    "dcm_arithmetic",
    "dcm_nq",
    "dcm_squad",
    "dcm_sudoku",
    "dcm_tier",
    "dcm_triviaqa",
    "humaneval",
    "humaneval_plus",
    "ir_arith",
    "ir_loop",
    "ir_multi_op",
    "mbpp",
    "phase2",
    "phase3",
    "phase3_plus",
]
