"""What the YAML beside this file calls: documents, prompts and verdicts, from the code that inspect's tasks run.

lm-eval run --include_path tasks/lm_eval --tasks ir_arith --model hf --model_args pretrained=baselines/models/arith
lm-eval run ... --num_fewshot 4                                        examples in the prompt, as solvers choose them
lm-eval run ... --metadata '{"problems": {"n": 5000, "seed": 1}}'      other problems than the first 1,000 of seed 0

A document is an inspect sample: the same content id, question, target and metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from datasets import Dataset  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict

from glassbox.harness.data.arithmetic.dataset import Origin, Source, SplitName, largest_operand, samples, test_problems
from glassbox.harness.data.arithmetic.generate import Family
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.text import parse
from glassbox.harness.ir.validate import validate
from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.semantic import judge
from glassbox.solvers.arithmetic.text import choose_shots
from glassbox.solvers.regex_pipeline import RegexPipeline
from glassbox.tasks.ir_arith import SEED_RANGE

MOST_SHOTS = 16
"""Examples to be had with --num_fewshot; the first k are those that a solver shows with shots=k."""

Document = Mapping[str, Any]


class Draw(BaseModel):
    """Which problems to show: the arguments of inspect's `ir_arith`, under `problems` in lm-eval's --metadata."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int = 1000
    seed: int = 0
    source: Source = "generated"
    path: str | None = None
    high: int | None = None


def dataset(
    *, family: Family, split: SplitName, problems: Mapping[str, Any] | None = None, **run: object
) -> dict[str, Dataset]:
    """The documents of one task (`test`), and examples for its prompt (`fewshot`).

    Args:
      family: Kind of program; set by the YAML.
      split: Which generated split; set by the YAML.
      problems: Settings of `Draw`, from --metadata.
      run: The run's model arguments, which lm-eval hands to every task; not used.

    Raises:
      ValueError: `problems` has an unknown or impossible setting.
    """
    unknown = [name for name in problems or {} if name not in Draw.model_fields]
    if unknown:
        raise ValueError(f"problems setting {unknown[0]} is unknown; there are {', '.join(Draw.model_fields)}")
    draw = Draw.model_validate(problems or {})
    if draw.source != "generated" and family != "single":
        raise ValueError(f"source={draw.source} holds single operations, not {family}s; run it with --tasks ir_arith")
    origin = Origin(family=family, source=draw.source, path=draw.path)
    shown, _ = test_problems(origin, split, draw.n, draw.seed)
    high = draw.high
    if high is None:
        high = SEED_RANGE if draw.source == "generated" else max(SEED_RANGE, largest_operand(shown))
    shots = choose_shots("", MOST_SHOTS, origin)
    return {"test": _documents(shown, origin, high), "fewshot": _documents(shots, origin, high)}


def prompt(document: Document) -> str:
    """What the model is shown."""
    return expression_prompt(document["question"])


def target(document: Document) -> str:
    """The answer, as in inspect's samples."""
    return str(document["target"])


def program(document: Document) -> str:
    """What an example in the prompt shows after `Expression:`."""
    return str(document["program"])


def verdict(document: Document, completions: Sequence[str]) -> dict[str, float]:
    """Read the completion as `regex_pipeline` does, run it and judge it as the scorers do."""
    (attempt,) = _reader().read(completions[:1])
    return {
        "semantic": float(judge(attempt, int(document["target"])) is Outcome.PASS),
        "structural": float(_is_valid(attempt, document["high"])),
        "parse_failure": float(attempt.failure is Outcome.PARSE),
    }


def _documents(problems: list[Problem], origin: Origin, high: int) -> Dataset:
    return Dataset.from_list(
        [
            {
                "id": sample.id,
                "question": sample.input,
                "target": sample.target,
                "high": high,
                **(sample.metadata or {}),
            }
            for sample in samples(problems, origin, "")
        ]
    )


@cache
def _reader() -> RegexPipeline:
    """A pipeline that reads and never asks, so its shots and budget do not matter."""
    return RegexPipeline((), max_tokens=1, width=32)


def _is_valid(attempt: Attempt, high: int) -> bool:
    if attempt.program is None:
        return False
    try:
        validate(parse(attempt.program), 0, high)
    except ValueError:
        return False
    return True
