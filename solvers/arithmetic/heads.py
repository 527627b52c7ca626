"""`ir_head` and its controls (`layer0`, `bag_of_tokens`, `shuffled_labels`): one fitted head with other settings.

Torch is imported when a run begins, so that solvers can be listed without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspect_ai.solver import Solver

from glassbox.harness.data.arithmetic.dataset import Origin
from glassbox.harness.engine.serving import served
from glassbox.harness.fit.config import HeadConfig
from glassbox.harness.ir.machine import Width

if TYPE_CHECKING:
    from glassbox.harness.lm.model import OpenModel
    from glassbox.solvers.arithmetic.fitted import HeadTechnique


def head_solver(config: HeadConfig, layer: float | int | str, examples: int, width: Width = 32) -> Solver:
    """An inspect solver around `fitted`."""

    def build(model: OpenModel | None, origin: Origin) -> HeadTechnique:
        from glassbox.solvers.arithmetic.fitted import fitted

        assert model is not None, "served() opens the model"
        return fitted(model, origin, config, layer, examples, width)

    return served(build)
