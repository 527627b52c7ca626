"""What the decode session gains: answers of many lengths, several samples of one prompt, and one prompt alone.

    python -m tests.bench.writing_speed [--json PATH] [--model smol] [--prompts 64] [--longest 400] [--rounds 3]

The other side is transformers' own `generate` on the same prompts, in one batch where there are several: rows that have
ended ride along until the last one ends, and a prompt that is asked for eight times is read eight times. Greedy, no
stop token, the same number of tokens for each row on both sides; their texts are compared before anything is timed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import torch
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from transformers import GenerationConfig

from glassbox.harness.cli.progress import progress
from glassbox.harness.data.arithmetic.generate import generate as problems
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.prompt import Turn, prompt_ids
from glassbox.harness.lm.tokens import pad
from tests.bench.record import Median, Record, arguments, paired_ratio

SHORTEST = 20
SHARED, SAMPLES, SAMPLE_TOKENS = 600, 8, 24
ALONE_TOKENS = 64
TARGETS = {"many lengths": 3.0, "eight samples": 4.0, "alone": 0.95}


class Gain(BaseModel):
    """One case: seconds of each side, and how many times faster the session is, round by round."""

    case: str
    rows: int
    tokens: int
    session_s: Median
    theirs_s: Median
    times_faster: Median
    target: float


class WritingRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "writing_speed"
    model: str
    threads: int
    gains: list[Gain]


Side = Callable[[], list[list[int]]]


def sides(model: OpenModel, rows: Sequence[Sequence[int]], budgets: Sequence[int]) -> tuple[Side, Side]:
    """The session, and transformers' generate, on the same rows."""

    def session() -> list[list[int]]:
        found = generate(model, rows, max_tokens=budgets, stop_ids=(), max_batch=len(rows))
        return [list(one.tokens) for one in found]

    def theirs() -> list[list[int]]:
        batch = pad(rows, model.codec.pad_id, side="left")
        settings = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=max(budgets), do_sample=False, pad_token_id=model.codec.pad_id, eos_token_id=[]
        )
        with torch.inference_mode():
            found = model.model.generate(  # type: ignore[operator]
                input_ids=batch.input_ids, attention_mask=batch.attention_mask, generation_config=settings
            )
        written = found[:, batch.input_ids.shape[1] :].tolist()
        return [row[:budget] for row, budget in zip(written, budgets, strict=True)]

    return session, theirs


def measure(case: str, made: tuple[Side, Side], rounds: int, tick: Callable[[str, int, int], None]) -> Gain:
    """Both sides in turn, the first one changing from round to round."""
    session, theirs = made
    seconds: dict[Side, list[float]] = {session: [], theirs: []}
    for number in range(rounds):
        for side in (session, theirs)[:: 1 if number % 2 == 0 else -1]:
            tick(case, 2 * number + len(seconds[theirs]) - number, 2 * rounds)
            start = time.perf_counter()
            written = side()
            seconds[side].append(time.perf_counter() - start)
    return Gain(
        case=case,
        rows=len(written),
        tokens=sum(map(len, written)),
        session_s=Median.of(seconds[session]),
        theirs_s=Median.of(seconds[theirs]),
        times_faster=paired_ratio(seconds[theirs], seconds[session]),
        target=TARGETS[case],
    )


def agreement(made: tuple[Side, Side]) -> float:
    """Share of rows that both sides write alike; float sums differ in their last bits, so a tie may fall otherwise."""
    mine, theirs = (side() for side in made)
    return sum(a == b for a, b in zip(mine, theirs, strict=True)) / len(mine)


def main() -> None:
    """Measure and print."""
    parser = arguments("What the decode session gains over transformers' generate.")
    parser.add_argument("--model", default="smol")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--longest", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    model = open_model(options.model)
    asked = [
        prompt_ids(model, [Turn("user", problem.question)])
        for problem in problems("single", "held_out_both", options.prompts, 0)
    ]
    chance = random.Random(0)
    lengths = [chance.randint(SHORTEST, options.longest) for _ in asked]
    long = (asked[0] * (SHARED // len(asked[0]) + 1))[:SHARED]
    cases = {
        "alone": sides(model, asked[:1], [ALONE_TOKENS]),
        "eight samples": sides(model, [long] * SAMPLES, [SAMPLE_TOKENS] * SAMPLES),
        "many lengths": sides(model, asked, lengths),
    }
    gains = []
    with progress() as tick:
        alike = agreement(sides(model, asked[:8], [SHORTEST] * 8))
        assert alike >= 0.9, f"only {alike:.0%} of rows are written alike"
        for case, made in cases.items():
            gains.append(measure(case, made, options.rounds, tick))
    table = Table("case", "rows", "tokens", "session, s", "transformers, s", "times faster", "asked")
    for gain in gains:
        figures = (gain.session_s, gain.theirs_s, gain.times_faster)
        table.add_row(gain.case, str(gain.rows), f"{gain.tokens:,}", *map(str, figures), f"{gain.target:g}")
    Console().print(table)
    WritingRecord(model=options.model, threads=torch.get_num_threads(), gains=gains).write(options.json)


if __name__ == "__main__":
    main()
