"""Control: the same head on the embedding layer, before any block has run: a lexical floor.

inspect eval tasks/ir_arith.py@ir_arith --solver layer0
"""

from __future__ import annotations

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.config import Epochs, HeadConfig, HeadKind, Pooling
from glassbox.harness.plugins.card import ARITHMETIC, Control, solver_card
from glassbox.solvers.arithmetic.heads import head_solver
from glassbox.solvers.ir_head import EXAMPLES


@solver
@solver_card((ARITHMETIC,), control=Control.LEXICAL, model="open", prompt=expression_prompt)
@checked
def layer0(
    head: HeadKind = "pointer",
    pool: Pooling = "attention",
    examples: AtLeastOne = EXAMPLES,
    epochs: Epochs = "auto",
    seed: int = 0,
) -> Solver:
    """Fit and read as `ir_head` does, on what this control allows it to see.

    Args:
      head: How operands are read.
      pool: How positions are combined.
      examples: Problems to fit on, at most.
      epochs: Passes over them, or `auto`: as many as held-back examples gain by, the same rule for head and controls.
      seed: Seed of fit data, initialisation and order.
    """
    return head_solver(HeadConfig(head=head, pool=pool, epochs=epochs, seed=seed), 0, examples)
