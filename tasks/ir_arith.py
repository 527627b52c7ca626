"""Arithmetic in words, read as a program and run by a WASM machine (seed 000).

inspect eval tasks/ir_arith.py@ir_arith --solver ir_head
inspect eval tasks/ir_arith.py@ir_arith --solver regex_pipeline -T split=word_problems
inspect eval tasks/ir_arith.py@ir_arith --solver ir_head -T source=single_op -T path=single_op.jsonl
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.model import GenerateConfig

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.data.arithmetic.dataset import Origin, Source, SplitName, largest_operand, samples, test_problems
from glassbox.harness.data.readers.source import left_out_facts
from glassbox.harness.records.provenance import data_facts, provenance
from glassbox.scorers.ir import ir_scorers
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.tasks.reference import REFERENCE, facts_of_model, reference_model

VERSION = "1-A"
SEED_RANGE = 1000


@task
@checked
def ir_arith(
    split: SplitName = "held_out_both",
    n: AtLeastOne = 1000,
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
@checked
def ir_multi_op(split: SplitName = "held_out_both", n: AtLeastOne = 1000, seed: int = 0) -> Task:
    """Chains of two or three operations.

    Args:
      split: Which generated split; `fixed` is the origin's 8 items.
      n: How many problems at most.
      seed: Seed of the draw.
    """
    return _ir_task("ir_multi_op", Origin(family="chain"), split, n, seed, None)


@task
@checked
def ir_loop(split: SplitName = "held_out_both", n: AtLeastOne = 1000, seed: int = 0) -> Task:
    """Counted loops: sums, products and countdowns.

    Args:
      split: Which generated split; `fixed` is the origin's 6 items.
      n: How many problems at most.
      seed: Seed of the draw.
    """
    return _ir_task("ir_loop", Origin(family="loop"), split, n, seed, None)


def _ir_task(name: str, origin: Origin, split: SplitName, n: int, seed: int, high: int | None) -> Task:
    problems, places = test_problems(origin, split, n, seed)
    generated = origin.source == "generated"
    if high is None:
        high = SEED_RANGE if generated else max(SEED_RANGE, largest_operand(problems))
    shown = split if generated else origin.source
    dataset = samples(problems, origin, f"{name}/{shown}")
    facts = provenance() | data_facts(dataset, seed if generated else None) | facts_of_model(REFERENCE)
    return Task(
        dataset=dataset,
        solver=regex_pipeline(),
        scorer=ir_scorers(high=high),
        model=reference_model(),
        config=GenerateConfig(max_connections=64),
        name=name,
        version=VERSION,
        metadata={**facts, "split": shown, **left_out_facts(places)},
    )
