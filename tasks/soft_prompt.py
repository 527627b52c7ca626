"""Can one set of vectors hold a question and its answer? Data sets in the seed's tiers for soft prompts (seed 001).

    inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm
    inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm -T path=dev-v2.0.json -T n=100
    inspect eval tasks/soft_prompt.py@dcm_arc --solver dcm -T path=ARC-AGI/data/training -T longest=110
    inspect eval tasks/soft_prompt.py@dcm_tier --solver dcm -T tier=3b

Without `path` a task draws the project's own set; what asks for knowledge has none and needs its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inspect_ai import Task, task
from inspect_ai.model import GenerateConfig

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.data.readers import SourceName
from glassbox.harness.data.readers.source import left_out_facts
from glassbox.harness.records.provenance import data_facts, provenance
from glassbox.scorers.dcm import dcm_scorers
from glassbox.solvers.dcm import dcm
from glassbox.tasks.prompting.dataset import (
    GENERATORS,
    TIERS,
    Drawn,
    Family,
    GridKind,
    Tier,
    dataset,
    draw_pairs,
    draw_problems,
    samples,
)
from glassbox.tasks.reference import REFERENCE, ReferenceTask, facts_of_model

VERSION = "1-A"
PAIRS, SOME_PAIRS, FEW_PAIRS = 24, 8, 4
"""Pairs by default: as many as the reference model holds in three minutes on two cores, where texts are short, where
half of a text's tokens are ones that it never saw or a grid's, and where each text is a Sudoku's 81 digits."""

by_path = task
"""Inspect lists the tasks of a file by the name of their decorator: these need a file, and run when asked for alone."""


@task
@checked
def dcm_squad(
    path: str | None = None, n: AtLeastOne = SOME_PAIRS, seed: int | None = 0, longest: int | None = None
) -> Task:
    """Tier 1: the answer is a span of a passage.

    Args:
      path: A SQuAD v2.0 (or v1.1) JSON file; invented passages without one. Unanswerable questions are left out.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
      longest: Leaves out pairs with a question or an answer of more characters.
    """
    return _family("squad", path, n, seed, longest)


@by_path
@checked
def dcm_triviaqa(
    path: str | None = None, n: AtLeastOne = PAIRS, seed: int | None = 0, longest: int | None = None
) -> Task:
    """Tier 2: the answer is knowledge, no passage holds it.

    Args:
      path: JSON lines with question and golden_answers, or TriviaQA's own JSON.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
      longest: Leaves out pairs with a question or an answer of more characters.
    """
    return _family("triviaqa", path, n, seed, longest)


@by_path
@checked
def dcm_nq(path: str | None = None, n: AtLeastOne = PAIRS, seed: int | None = 0, longest: int | None = None) -> Task:
    """Tier 2: search queries with short answers.

    Args:
      path: NQ-open.dev.jsonl or another of its splits.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
      longest: Leaves out pairs with a question or an answer of more characters.
    """
    return _family("nq_open", path, n, seed, longest)


@by_path
@checked
def dcm_questions(
    path: str | None = None, n: AtLeastOne = PAIRS, seed: int | None = 0, longest: int | None = None
) -> Task:
    """Tier 2: questions with short answers by other publishers.

    Args:
      path: PopQA (TSV), WebQuestions (JSON) or HotpotQA without its passages, told apart by what is in the file.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
      longest: Leaves out pairs with a question or an answer of more characters.
    """
    return _family("questions", path, n, seed, longest)


@task
@checked
def dcm_arithmetic(
    path: str | None = None, source: SourceName | None = None, n: AtLeastOne = PAIRS, seed: int | None = 0
) -> Task:
    """Tier 3a: `2+3=?` and `5`, the least surface that procedure can have.

    Args:
      path: An official arithmetic file, of the format that `source` names; bare sums without one.
      source: The format of `path`.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
    """
    if source is not None:
        return _task("dcm_arithmetic", {"arithmetic": draw_problems(source, path, n, seed)}, seed)
    return _family("arithmetic", path, n, seed, None)


@task
@checked
def dcm_sudoku(path: str | None = None, n: AtLeastOne = FEW_PAIRS, seed: int | None = 0) -> Task:
    """Tier 3b: a puzzle and its only solution, both nine rows of nine digits.

    Args:
      path: One puzzle a line, as JSON, as 81 characters or in a table; boards of the project's own without one.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
    """
    return _family("sudoku", path, n, seed, None)


@task
@checked
def dcm_arc(
    path: str | None = None, n: AtLeastOne = SOME_PAIRS, seed: int | None = 0, longest: int | None = None
) -> Task:
    """Tier 4: a test input and its output; the demonstrations are the context.

    Args:
      path: A folder of ARC task files, one of them, one task a line, or challenges with their solutions beside them;
        tasks of the project's own without one.
      n: How many pairs at most.
      seed: Seed of the draw; None takes the first of the file.
      longest: Leaves out pairs with a grid of more characters; a 10 by 10 grid has 109.
    """
    return _family("arc", path, n, seed, longest)


@task
@checked
def dcm_tier(tier: Tier = "1", n: AtLeastOne = FEW_PAIRS, seed: int = 0) -> Task:
    """Every generated data set of one of the seed's tiers, for runs over structure rather than over one format.

    Args:
      tier: `1` passages, `3a` arithmetic, `3b` Sudoku, `4` ARC-like patterns; `2` exists only as official files.
      n: How many pairs of each data set at most.
      seed: Seed of the draw.
    """
    families = [family for family, place in TIERS.items() if place == tier and family in GENERATORS]
    if not families:
        there = ", ".join(sorted({TIERS[family] for family in GENERATORS}))
        raise ValueError(f"tier {tier} has no generated data (tiers {there} have); run dcm_questions with path=")
    return _task("dcm_tier", {family: draw_pairs(family, None, n, seed) for family in families}, seed)


def _family(family: Family, path: str | None, n: int, seed: int | None, longest: int | None) -> Task:
    name = "dcm_nq" if family == "nq_open" else f"dcm_{family}"
    return _task(name, {family: draw_pairs(family, path, n, seed, longest)}, seed)


def _task(name: str, drawn: dict[Family, Drawn], seed: int | None) -> Task:
    parts = [sample for family, found in drawn.items() for sample in samples(found, family)]
    split = "+".join(dict.fromkeys(found.split for found in drawn.values()))
    metadata: dict[str, Any] = {
        **provenance(),
        **data_facts(parts, seed),
        **facts_of_model(REFERENCE),
        "split": split,
        "tier": "+".join(dict.fromkeys(TIERS[family] for family in drawn)),
        "data": {family: found.address for family, found in drawn.items()},
        "file_sha256": {family: found.sha256 for family, found in drawn.items() if found.sha256},
        **{
            name: {family: left_out_facts(found.places)[name] for family, found in drawn.items() if found.places}
            for name in ("left_out", "left_out_places")
        },
    }
    return ReferenceTask(
        dataset=dataset(parts, f"{name}/{split}"),
        solver=dcm(),
        scorer=dcm_scorers(*_grids(list(drawn))),
        # Pairs wait here for a free row of the search's batch; all of them may, so that it is never short of one.
        config=GenerateConfig(max_connections=len(parts)),
        name=name,
        version=VERSION,
        metadata=metadata,
    )


def _grids(families: Sequence[Family]) -> list[GridKind]:
    kinds: dict[Family, GridKind] = {"sudoku": "sudoku", "arc": "arc"}
    return [kinds[family] for family in families if family in kinds]
