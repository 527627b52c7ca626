"""Paraphrases from a file and from a model role: deployed by the seed's rule, kept raw, and told in the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as evaluate
from inspect_ai.log import EvalLog

from glassbox.harness.records.prompted import Prompted
from glassbox.solvers.dcm import dcm
from glassbox.solvers.soft_prompts.paraphrases import COUNT, usable
from glassbox.tasks.soft_prompt import dcm_squad

PAIRS = 2
TOO_FEW: dict[str, Any] = {"k": 1, "restarts": 1, "steps": 3, "keep": False, "baselines": False}
"""A search that meets nothing, so that the rule holds."""


def run(model: Path, logs: Path, roles: Any = None, **given: Any) -> EvalLog:
    (log,) = evaluate(
        dcm_squad,
        task_args={"n": PAIRS},
        model=f"open/{model}",
        model_args={"device": "cpu"},
        model_roles=roles,
        solver=dcm(**given),
        log_dir=str(logs),
        display="none",
    )
    assert log.status == "success", log.error
    return log


def records(log: EvalLog) -> list[Prompted]:
    return [Prompted.model_validate(sample.store["prompted"]) for sample in log.samples or []]


def test_a_model_in_the_role_writes_paraphrases_when_the_rule_holds(
    shared_models: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    model = shared_models("stories260K")
    log = run(model, tmp_path, {"paraphraser": f"open/{model}"}, **TOO_FEW)
    for record in records(log):
        assert not record.converged
        assert record.deployed in ("0 of 1 pairs are met, less than 30%", "0 of 2 pairs are met, less than 30%")
        assert {name: len(texts) for name, texts in record.raw_paraphrases.items()} == {
            "question": COUNT,
            "answer": COUNT,
        }
        for name, texts in record.raw_paraphrases.items():
            wanted = usable(record.targets[name].target, texts)
            # What was written is all that can be used; a text that does not fit the context may be missing.
            assert set(record.paraphrases.get(name, ())) <= set(wanted)
        # Two searches of one start each are on the account.
        assert record.restarts == 2
    # This model tells stories, and some line of theirs is new: the losses of such were added.
    assert any(texts for record in records(log) for texts in record.paraphrases.values())
    assert log.results is not None
    shares = {score.name: score.metrics for score in log.results.scores}
    assert shares["deployed"]["proportion_rate"].value == 1.0
    assert shares["met_if_deployed"]["proportion_accuracy"].value == 0.0


def test_without_a_source_nothing_is_deployed(shared_models: Callable[[str], Path], tmp_path: Path) -> None:
    for record in records(run(shared_models("stories260K"), tmp_path, **TOO_FEW)):
        assert (record.deployed, record.paraphrases, record.restarts) == (None, {}, 1)


def test_a_file_is_used_by_the_rule_or_from_the_start(shared_models: Callable[[str], Path], tmp_path: Path) -> None:
    model, file = shared_models("stories260K"), tmp_path / "variants.json"
    ids = [str(sample.id) for sample in dcm_squad(n=PAIRS).dataset]
    file.write_text(json.dumps({ids[0]: {"question": ["Who was it?"], "answer": ["it was him"]}}))
    plain = records(run(model, tmp_path, variants=str(file), restarts=2, keep=False, baselines=False))
    # All are met without help, so the rule holds back what the file offers.
    assert [(record.converged, record.deployed) for record in plain] == [(True, None)] * PAIRS
    log = run(model, tmp_path, variants=str(file), deploy="always", keep=False, baselines=False)
    always = dict(zip((sample.id for sample in log.samples or []), records(log), strict=True))
    assert always[ids[0]].paraphrases == {"question": ("Who was it?",), "answer": ("it was him",)}
    assert always[ids[1]].paraphrases == {}
    assert [record.deployed for record in always.values()] == ["from the start"] * PAIRS


def test_only_new_lines_of_like_length_are_usable() -> None:
    written = [
        "\n  When was it built? \nmore",
        "when WAS it  built?",
        "",
        "How old is it?",
        "How old is it?",
        "x" * 400,
    ]
    assert usable("In which year was it built?", written) == ("When was it built?", "How old is it?")
    assert usable("When was it built?", written) == ("How old is it?",)


def test_a_file_that_is_missing_or_malformed_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.json cannot be read: No such file"):
        dcm(variants=str(tmp_path / "none.json"))
    (tmp_path / "bad.json").write_text('{"a": {"answers": []}}')
    with pytest.raises(ValueError, match=r"holds no paraphrases \(a\.answers"):
        dcm(variants=str(tmp_path / "bad.json"))
