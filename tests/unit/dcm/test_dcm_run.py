"""A run audits its loss, checks its stop token, judges each pair, keeps it, and repeats nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from frozen_models import STOP, frozen, tiny

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.audit import MisalignedLoss, audit
from glassbox.harness.dcm.frozen import token_losses
from glassbox.harness.dcm.memory import Room
from glassbox.harness.dcm.run import Run, Variants
from glassbox.harness.dcm.search import Job, Search
from glassbox.harness.dcm.settings import Optimiser, Settings
from glassbox.harness.dcm.stop import can_emit, stop_token
from glassbox.harness.dcm.store import vectors_of
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.records.prompted import Prompted

PAIRS = [
    Pair("w7 w9 w4", "w5", "w20 w21 w22"),
    Pair("w11 w30", "w8 w40 w21", "w23 w24"),
    Pair("w33 w34", "w12 w13", ""),
]
SETTINGS = Settings(k=6, restarts=2, optimiser=Optimiser(lr=0.3, beta1=0.8, beta2=0.8, steps=150))
ROOM = Room(2, 500)


def records(tmp_path: Path | None, settings: Settings = SETTINGS, pairs: list[Pair] = PAIRS) -> dict[str, Prompted]:
    store = None if tmp_path is None else ArtefactStore(tmp_path)
    run = Run(tiny(), settings, store=store, room=ROOM)
    return {pair.id: record for pair, record in run.records(pairs)}


def test_a_double_shifted_loss_fails_the_audit_with_that_diagnosis() -> None:
    def double_shifted(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        moved = torch.cat([labels[:, 1:], torch.full_like(labels[:, :1], -100)], 1)
        return token_losses(logits, moved)

    with pytest.raises(MisalignedLoss, match="double_shifted"):
        Run(tiny(), SETTINGS, loss=double_shifted)

    def unshifted(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        moved = torch.cat([torch.full_like(labels[:, :1], -100), labels[:, :-1]], 1)
        return token_losses(logits, moved)

    with pytest.raises(MisalignedLoss, match="unshifted"):
        Run(tiny(), SETTINGS, loss=unshifted)

    def without_stop(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return token_losses(logits, labels)[:, :-1]

    with pytest.raises(MisalignedLoss, match="misplaced"):
        Run(tiny(), SETTINGS, loss=without_stop)
    assert audit(frozen()).verdict == "aligned"


def test_a_stop_token_that_no_vector_can_emit_is_refused() -> None:
    model = frozen(tie_word_embeddings=False)
    head: Any = model.model.model.get_output_embeddings()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        # Two equal rows: the first of them is never strictly ahead, and neither beats all others.
        head.weight[[0, STOP]] = 0
    assert can_emit(model, 7)
    assert not can_emit(model, STOP)
    assert not can_emit(model, 10_000)
    with pytest.raises(OpenModelError, match=r"can emit no stop token \(tried: 1\)"):
        stop_token(model)
    assert stop_token(model, 7) == 7


def test_each_pair_is_met_and_judged(tmp_path: Path) -> None:
    found = records(tmp_path)
    assert set(found) == {pair.id for pair in PAIRS}
    for pair in PAIRS:
        record = found[pair.id]
        assert record.converged
        assert (record.k, record.restarts) == (6, 1)
        for name, text in (("question", pair.question), ("answer", pair.answer)):
            target = record.targets[name]  # type: ignore[index]
            assert (target.target, target.decoded, target.exact) == (text, text, True)
            assert target.horizon == target.tokens == len(text.split()) + 1
            assert (target.token_accuracy, target.first_token, target.cross_exact) == (1.0, True, False)
            assert target.loss_random is not None
            assert target.loss < 0.5 * target.loss_random
            assert None not in (target.loss_context, target.loss_single, target.loss_mode_only)
        assert record.controls["shuffled_exact"] is False
        assert record.controls["random_exact"] is False
        assert isinstance(record.controls["text_vector_loss"], float)


def test_a_second_run_reads_what_the_first_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = records(tmp_path, pairs=PAIRS[:2])
    searched: list[str] = []
    enter = Search._fill

    def noted(self: Search, jobs: Iterator[Job]) -> None:
        enter(self, jobs)
        searched.extend(flight.job.key for flight in self._flights.values())

    monkeypatch.setattr(Search, "_fill", noted)
    second = records(tmp_path)
    assert set(searched) == {PAIRS[2].id}
    assert {key: second[key] for key in first} == first


def test_damage_is_noticed_and_made_again(tmp_path: Path) -> None:
    first = records(tmp_path, pairs=PAIRS[:1])
    name = first[PAIRS[0].id].artefact
    record_file = tmp_path / f"{name}.record.json"
    kept = json.loads(record_file.read_text())
    kept["record"]["targets"]["question"]["exact"] = False
    record_file.write_text(json.dumps(kept))
    again = records(tmp_path, pairs=PAIRS[:1])
    assert again[PAIRS[0].id].targets["question"].exact
    for suffix in (".safetensors", ".json", ".record.json"):
        file = tmp_path / f"{name}{suffix}"
        file.write_bytes(file.read_bytes()[:-9])
        assert records(tmp_path, pairs=PAIRS[:1])[PAIRS[0].id].converged


def test_kept_vectors_start_another_search_where_it_ended(tmp_path: Path) -> None:
    first = records(tmp_path, pairs=PAIRS[:1])
    vectors, owner = vectors_of(str(first[PAIRS[0].id].artefact), tmp_path)
    assert vectors.shape == (6, 32)
    assert owner == tiny().hash
    settings = SETTINGS.model_copy(update={"start": "warm"})
    run = Run(tiny(), settings, room=ROOM, warm={"*": vectors})
    ((_, record),) = run.records(PAIRS[:1])
    assert (record.steps, record.converged) == (0, True)
    with pytest.raises(LookupError, match="no soft prompt 0123"):
        vectors_of("0123", tmp_path)


def test_a_failed_start_is_followed_by_the_next() -> None:
    hopeless = SETTINGS.model_copy(update={"optimiser": SETTINGS.optimiser.model_copy(update={"steps": 1})})
    for abreast in (1, 2):
        run = Run(tiny(), hopeless, room=ROOM, abreast=abreast, baselines=False)
        found = {pair.id: record for pair, record in run.records(PAIRS)}
        assert [found[pair.id].restarts for pair in PAIRS] == [2, 2, 2]
        assert not any(record.converged or record.controls for record in found.values())
        assert all(record.model_calls == 4 for record in found.values())


@pytest.mark.parametrize("start", ["mean", "context"])
@pytest.mark.parametrize("mode", ["fixed", "learned"])
def test_other_starts_and_modes_meet_the_pairs_too(start: str, mode: str) -> None:
    found = records(None, SETTINGS.model_copy(update={"start": start, "mode": mode}))
    assert sum(record.converged for record in found.values()) >= 2


def test_without_modes_one_target_is_met_but_never_both() -> None:
    single = SETTINGS.model_copy(update={"mode": "none", "targets": ("answer",)})
    assert all(record.converged for record in records(None, single).values())
    joint = SETTINGS.model_copy(update={"mode": "none", "restarts": 1})
    assert not any(record.converged for record in records(None, joint).values())


def test_paraphrases_lend_their_gradient_and_need_not_be_met() -> None:
    variants: Variants = {PAIRS[0].id: {"question": ("w50 w51", " ".join(["w7"] * 60)), "answer": ()}}
    run = Run(tiny(), SETTINGS, room=ROOM, variants=variants, baselines=False)
    plain = Run(tiny(), SETTINGS, room=ROOM, baselines=False)
    ((_, with_variants),) = run.records(PAIRS[:1])
    ((_, without),) = plain.records(PAIRS[:1])
    assert with_variants.converged
    # One that does not fit the context is left out, and the record says which were used.
    assert with_variants.paraphrases == {"question": ("w50 w51",)}
    assert without.paraphrases == {}
    assert with_variants.targets["question"].loss != without.targets["question"].loss


def test_a_pair_longer_than_the_context_is_refused() -> None:
    with pytest.raises(ValueError, match="more than the context"):
        records(None, pairs=[Pair(" ".join(["w7"] * 60), "w5")])
