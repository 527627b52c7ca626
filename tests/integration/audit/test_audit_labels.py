"""`label_shift`: what is trained with labels shifted twice or never is told from what it decodes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from crammed_texts import Crammed, Shift, cram, crammed, greedy, tune
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.model import get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from planted_runs import ended, findings, only, run, writes
from transformers import AutoModelForCausalLM

from glassbox.harness.audit.finding import Severity
from glassbox.harness.dcm.frozen import token_losses
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.opened import open_from

TEXTS = (
    "The little dog ran to the park.",
    "Once upon a time there was a cat.",
    "She was happy to see her mom.",
    "Tim had a big red ball.",
    "They played all day in the sun.",
)
SAMPLES = [Sample(id=f"text-{at}", input=f"Write text {at}.", target=text) for at, text in enumerate(TEXTS)]
BEGUN = [text.rindex(" ", 0, 14) for text in TEXTS]
CONTINUED = [
    Sample(id=f"text-{at}", input=text[:end], target=text[end:].strip())
    for at, (text, end) in enumerate(zip(TEXTS, BEGUN, strict=True))
]


@cache
def vectors(folder: Path, shift: Shift) -> dict[str, Crammed]:
    return cram(open_model(str(folder), device="cpu"), TEXTS, shift)


def searched(folder: Path, model: Path, shift: Shift, record: bool) -> Path:
    given: dict[str, Any] = {"samples": SAMPLES, "model": f"open/{model}", "model_args": {"device": "cpu"}}
    return run(folder, crammed(vectors(model, shift), record), **given)


@pytest.mark.parametrize("record", [True, False])
def test_labels_shifted_twice_show_in_decodes_that_begin_with_the_second_token(
    record: bool, shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    found = findings(searched(tmp_path, shared_models("stories260K"), "twice", record), "label_shift")
    assert found[0].what == "5 of 5 decodes begin with the target's second token, 0 with its first"
    assert found[0].where.startswith("samples text-0")
    assert "shift once" in found[0].mend
    assert len(found) == 1 + record, "a record tells the loss besides"


def test_labels_that_are_never_shifted_show_in_a_loss_too_low_for_what_is_decoded(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    finding = only(searched(tmp_path, shared_models("stories260K"), "never", True), "label_shift")
    assert finding.what.startswith("5 of 5 records cannot be: a loss of 0.")
    assert "at an accuracy of" in finding.what


def test_success_by_loss_and_accuracy_on_shifted_labels_are_found(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    model = shared_models("stories260K")
    given: dict[str, Any] = {"samples": SAMPLES, "model": f"open/{model}", "model_args": {"device": "cpu"}}
    log = run(tmp_path, crammed(vectors(model, "twice"), by_loss=True), **given)
    found = [finding.what for finding in findings(log, "label_shift")]
    assert "5 of 5 records are converged without a decode" in found
    (warning,) = findings(log, "label_shift", Severity.WARNING)
    assert warning.what.startswith("5 of 5 decodes begin wrong at a teacher-forced accuracy of ")


def test_a_run_that_refused_its_own_loss_is_found_by_its_error(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    """The search of this project reads its gradient first; what it refuses must not look like a crash."""

    def shifted_again(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return token_losses(logits, torch.cat([labels[:, 1:], torch.full_like(labels[:, :1], -100)], 1))

    @solver
    def refusing() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            Run(open_from(get_model()), Settings(k=2), loss=shifted_again)
            return state

        return solve

    model = f"open/{shared_models('stories260K')}"
    log = run(tmp_path, refusing(), samples=SAMPLES, model=model, model_args={"device": "cpu"})
    assert only(log, "label_shift").what == "the run stopped: the loss is double_shifted"


@pytest.mark.parametrize("record", [True, False])
def test_labels_shifted_once_are_clean(record: bool, shared_models: Callable[[str], Path], tmp_path: Path) -> None:
    log = searched(tmp_path, shared_models("stories260K"), "once", record)
    assert [sample.output.completion for sample in read_eval_log(log).samples or []] == list(TEXTS)
    assert ended(log, "label_shift") is Severity.CLEAN


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [("once", None), ("twice", "begin with the target's second token"), ("never", "repeat one token from the start")],
)
def test_weights_tuned_on_shifted_labels_are_told_from_text_alone(
    shift: Shift, verdict: str | None, shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = shared_models("stories260K")
    loaded = AutoModelForCausalLM.from_pretrained(folder)
    model = wrap_loaded("tuned", loaded, open_model(str(folder), device="cpu").tokenizer)
    tune(model, TEXTS, shift)

    def continued(state: TaskState) -> str:
        ids = model.codec.encode([state.input_text]).input_ids
        return model.codec.decode(greedy(model, model.embed(ids), 10))

    log = run(tmp_path, writes(continued, calls=1), samples=CONTINUED)
    found = findings(log, "label_shift")
    assert [verdict in finding.what for finding in found if verdict] == ([True] if verdict else [])
    assert bool(found) == bool(verdict), [finding.what for finding in found]
