"""Read the program straight from hidden states: no text is generated and nothing is parsed (seed 000).

inspect eval tasks/ir_arith.py --solver ir_head
inspect eval tasks/ir_arith.py@ir_arith --solver ir_head -S head=binned -S pool=last -S layer=0.55
"""

from __future__ import annotations

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import AtLeastNone, AtLeastOne, checked
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.config import Epochs, HeadConfig, HeadKind, Pooling
from glassbox.harness.ir.machine import Width
from glassbox.harness.plugins.card import ARITHMETIC, solver_card
from glassbox.solvers.arithmetic.heads import head_solver

EXAMPLES = 8000
LAYER = 0.375
DEFAULT = HeadConfig()
"""The head that is shipped, fitted, beside the reference model; the solver's own defaults give the same."""


@solver
@solver_card((ARITHMETIC,), model="open", prompt=expression_prompt)
@checked
def ir_head(
    head: HeadKind = "pointer",
    pool: Pooling = "attention",
    layer: float | int | str = LAYER,
    examples: AtLeastOne = EXAMPLES,
    epochs: Epochs = "auto",
    hidden: AtLeastNone = 64,
    reward_epochs: AtLeastNone = 0,
    seed: int = 0,
    width: Width = 32,
) -> Solver:
    """Emit a program from the states after `layer` and run it.

    Args:
      head: How operands are read; `regression`, `binned` and `digits` are the seed's options A, B and C.
      pool: How positions are combined; padding is never pooled.
      layer: Depth as an index, as a fraction of the model's layers, or `auto`.
      examples: Problems to fit on, at most; one in ten is held back to choose the epoch.
      epochs: Passes over them, or `auto`: as many as held-back examples gain by.
      hidden: Hidden units of each read-out; 0 is linear, as in the seed.
      reward_epochs: Passes of fine-tuning with the seed's structural and semantic reward afterwards.
      seed: Seed of fit data, initialisation and order.
      width: Integer width of the machine in bits.
    """
    config = HeadConfig(head=head, pool=pool, epochs=epochs, width=hidden, reward_epochs=reward_epochs, seed=seed)
    return head_solver(config, layer, examples, width)
