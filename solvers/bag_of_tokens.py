"""Control: the same head on bare token ids without order: what the words alone give away.

inspect eval tasks/ir_arith.py@ir_arith --solver bag_of_tokens
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
@solver_card((ARITHMETIC,), control=Control.LEXICAL, model="tokenizer", prompt=expression_prompt)
@checked
def bag_of_tokens(
    head: HeadKind = "pointer",
    pool: Pooling = "mean",
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
    return head_solver(
        HeadConfig(head=head, pool=pool, features="bag_of_tokens", epochs=epochs, seed=seed), 0, examples
    )
