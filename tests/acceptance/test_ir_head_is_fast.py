"""The head's reason to be is speed: a loose bound on the ratio to the pipeline, measured side by side in one run.

The figures proper, with their target of ten, are recorded by `python -m tests.bench` on a quiet machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.fit.config import HeadConfig
from glassbox.harness.lm.load import open_model
from glassbox.solvers.arithmetic.fitted import fitted
from glassbox.solvers.arithmetic.text import InProcess
from glassbox.solvers.ir_head import LAYER
from glassbox.solvers.regex_pipeline import RegexPipeline
from tests.bench.record import interleaved, paired_ratio
from tests.bench.subjects import ORIGIN, questions

QUESTIONS = 20
AT_LEAST = 3.0


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Several threads on a busy machine wait for each other, and that would be what is measured."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_one_question_alone_is_answered_at_least_three_times_faster_than_by_the_pipeline(tmp_path: Path) -> None:
    model = open_model("arith", device="cpu")
    # What the head has learned does not change how long it takes: a few examples are enough.
    head = fitted(model, ORIGIN, HeadConfig(epochs=1), LAYER, 64, 32, ArtefactStore(tmp_path))
    pipeline = InProcess(RegexPipeline((), 48, 32), model)
    asked = questions(QUESTIONS)
    times = interleaved(
        {
            "head": lambda item: head.attempt([asked[item]]),
            "pipeline": lambda item: pipeline.attempt([asked[item]]),
        },
        QUESTIONS,
        warm=2,
    )
    ratio = paired_ratio(times["pipeline"], times["head"])
    assert ratio.p50 >= AT_LEAST, f"the pipeline takes only {ratio} times as long as the head"
