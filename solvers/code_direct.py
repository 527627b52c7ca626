"""The model writes the program, and is told nothing but the form of the answer.

inspect eval tasks/code_spec.py@phase3 --solver code_direct --model vllm/Qwen/Qwen2.5-Coder-7B-Instruct
"""

from __future__ import annotations

from inspect_ai.model import ChatMessageSystem
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.arguments import checked
from glassbox.harness.plugins.card import CODE, solver_card

FORM = (
    "You write Python. Answer with one fenced code block that holds the complete function, with every import and "
    "helper that it needs, and with no example of its use."
)


@solver
@solver_card((CODE,))
@checked
def code_direct(form: str = FORM) -> Solver:
    """Ask for one fenced block of Python.

    Args:
      form: What the model is told; empty for a model that has not learnt to follow instructions.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if form:
            state.messages.insert(0, ChatMessageSystem(content=form))
        return await generate(state)

    return solve
