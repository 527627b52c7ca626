"""Arithmetic in words, read as a program and run by a WASM machine (seed 000).

inspect eval tasks/ir_arith.py@ir_arith --solver ir_head
inspect eval tasks/ir_arith.py@ir_arith --solver regex_pipeline -T split=word_problems
inspect eval tasks/ir_arith.py@ir_arith --solver ir_head -T source=single_op -T path=single_op.jsonl
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.model import GenerateConfig

# Inspect has no public way to ask for the run's model without making one.
from inspect_ai.model._model import active_model

from harness.records.provenance import provenance
from scorers.ir import ir_scorers
from solvers.registry import regex_pipeline
from tasks.arithmetic.dataset import Origin, Source, SplitName, largest_operand, samples, test_problems

VERSION = "1-A"
MODEL = "open/arith"
NO_MODEL = "none/none"
"""What inspect calls the model of a run for which none was asked."""
SEED_RANGE = 1000


@task
def ir_arith(
    split: SplitName = "held_out_both",
    n: int = 1000,
    seed: int = 0,
    source: Source = "generated",
    path: str | None = None,
    high: int | None = None,
) -> Task:
    """One operation on two integers.

    Args:
      split: Which generated split; `fixed` is the origin's 16 items. Ignored for official sources.
      n: How many problems at most.
      seed: Seed of the draw.
      source: `generated`, or the official format of the file at `path`.
      path: The official file, or for mawps and gpt3_arithmetic a folder of them.
      high: Largest operand of a valid program; the seed's 1000, or for official sources their own largest.
    """
    return _ir_task("ir_arith", Origin(family="single", source=source, path=path), split, n, seed, high)


@task
def ir_multi_op(split: SplitName = "held_out_both", n: int = 1000, seed: int = 0) -> Task:
    """Chains of two or three operations.

    Args:
      split: Which generated split; `fixed` is the origin's 8 items.
      n: How many problems at most.
      seed: Seed of the draw.
    """
    return _ir_task("ir_multi_op", Origin(family="chain"), split, n, seed, None)


@task
def ir_loop(split: SplitName = "held_out_both", n: int = 1000, seed: int = 0) -> Task:
    """Counted loops: sums, products and countdowns.

    Args:
      split: Which generated split; `fixed` is the origin's 6 items.
      n: How many problems at most.
      seed: Seed of the draw.
    """
    return _ir_task("ir_loop", Origin(family="loop"), split, n, seed, None)


def _default_model() -> str | None:
    """The reference model, unless the run has a model: inspect prefers a task's own one even to `--model`.

    This sees the run's model where inspect itself builds the task: on the command line, and in `eval(ir_arith, ...)`.
    A task that is built first, as in `eval(ir_arith(), model=...)`, keeps its own.
    """
    asked = active_model()
    return None if asked is not None and str(asked) != NO_MODEL else MODEL


def _ir_task(name: str, origin: Origin, split: SplitName, n: int, seed: int, high: int | None) -> Task:
    problems, left_out = test_problems(origin, split, n, seed)
    if high is None:
        high = SEED_RANGE if origin.source == "generated" else max(SEED_RANGE, largest_operand(problems))
    shown = split if origin.source == "generated" else origin.source
    return Task(
        dataset=samples(problems, origin, f"{name}/{shown}"),
        solver=regex_pipeline(),
        scorer=ir_scorers(high=high),
        model=_default_model(),
        config=GenerateConfig(max_connections=64),
        name=name,
        version=VERSION,
        metadata={**provenance(), "split": shown, "left_out": left_out},
    )
