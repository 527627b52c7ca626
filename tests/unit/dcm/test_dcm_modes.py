"""Fixed mode vectors are embeddings that the model can tell apart; where there are none, learned ones still begin."""

from __future__ import annotations

import pytest
import torch
from frozen_models import frozen
from torch.nn.functional import cosine_similarity

from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.dcm.starts import NoModeTokens, mode_tokens, mode_vectors
from glassbox.harness.lm.load import open_model
from glassbox.tasks.prompting.sums import sum_pairs


def test_tokens_that_training_never_touched_are_passed_over() -> None:
    model = Frozen(open_model("arith", device="cpu", dtype="float32"))
    bare = [model.model.codec.ids(word, special=False)[-1] for word in ("Q", "A")]
    untouched = model.table[bare].float()
    # The reference model read neither letter: to it both are one prompt, and no vectors could serve both modes.
    assert float(cosine_similarity(untouched[0], untouched[1], dim=0)) > 0.99
    words = model.model.tokenizer.convert_ids_to_tokens(list(mode_tokens(model)))
    assert words == ["Question", "Answer"]


def test_the_reference_model_holds_a_pair_with_its_fixed_modes() -> None:
    model = open_model("arith", device="cpu", dtype="float32")
    run = Run(model, Settings(restarts=1), baselines=False)
    ((pair, record),) = run.records(sum_pairs(1, 0))
    assert record.converged
    assert record.targets["question"].decoded == pair.question
    assert record.targets["answer"].decoded == pair.answer
    assert record.targets["answer"].cross_exact is False


def test_without_words_to_tell_apart_fixed_modes_are_refused_and_learned_ones_drawn() -> None:
    model = frozen()
    assert mode_tokens(model) == (2, 3)
    with torch.no_grad():
        model.table[3] = model.table[2] * 1.01
    with pytest.raises(NoModeTokens, match=r"llama tells no mode words apart \(Q, A, Question, Answer, .*mode=learned"):
        mode_vectors(model, Settings(mode="fixed"))
    drawn = mode_vectors(model, Settings(mode="learned"))
    assert drawn.shape == (2, 32)
    assert abs(float(cosine_similarity(drawn[0], drawn[1], dim=0))) < 0.6
    assert torch.equal(drawn, mode_vectors(model, Settings(mode="learned")))
    assert len(mode_vectors(model, Settings(mode="none"))) == 0
