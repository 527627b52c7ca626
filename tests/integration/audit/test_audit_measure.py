"""`model_never_called`, `missing_controls`, `control_too_good`, `device_price`, `small_n`: what a figure is worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, accuracy, match, scorer
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver
from planted_runs import MODEL, SUMS, direct, ended, findings, only, run, writes

from glassbox.harness.audit.claim import Claim
from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.run import audit
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only

MANY = [Sample(id=f"q{at:03}", input=f"What is {at} plus {at % 7}?", target=str(2 * at), metadata={"at": at})
        for at in range(60)]  # fmt: skip


def test_a_model_that_is_never_called_is_found_and_so_are_bypassed_items(tmp_path: Path) -> None:
    never = only(run(tmp_path, writes(lambda state: state.target.text)), "model_never_called")
    assert never.what == "none of 8 scored samples has a call of open/arith"

    @solver
    def bypassing() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            if state.sample_id in (SUMS[0].id, SUMS[5].id):
                state.output = ModelOutput.from_content(MODEL, state.target.text)
                return state
            return await generate(state)

        return solve

    partly = only(run(tmp_path, bypassing(), max_tokens=4), "model_never_called")
    assert partly.what == "2 of 8 scored samples have no call of open/arith"
    assert partly.where == f"samples {SUMS[0].id}, {SUMS[5].id}"


def test_calls_by_events_by_the_store_and_by_attempts_are_clean(tmp_path: Path) -> None:
    assert ended(run(tmp_path, generate(), max_tokens=4), "model_never_called") is Severity.CLEAN
    assert ended(run(tmp_path, writes(lambda state: "x", calls=1)), "model_never_called") is Severity.CLEAN
    arguments: dict[str, Any] = {"examples": 120, "epochs": 1}
    log = direct(tmp_path, ir_head(**arguments), arguments)
    assert ended(log, "model_never_called") is Severity.CLEAN
    assert ended(direct(tmp_path, regex_only()), "model_never_called") is Severity.INAPPLICABLE
    declared = run(tmp_path, writes(lambda state: "x"), metadata={"control": True})
    assert ended(declared, "model_never_called") is Severity.INAPPLICABLE


def test_a_method_without_a_control_on_its_samples_is_warned_of(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"examples": 120, "epochs": 1}
    head = direct(tmp_path, ir_head(**arguments), arguments)
    direct(tmp_path, gold(), n=10)  # other samples: no control of this run
    assert only(head, "missing_controls", Severity.WARNING).what == "no control was run on these samples"
    direct(tmp_path, gold())
    found = [finding.what for finding in findings(head, "missing_controls", Severity.WARNING)]
    assert found == [
        "a fitted part without a lexical control (bag_of_tokens or layer0)",
        "a fitted part without a leak control (shuffled_labels)",
    ]


def test_a_text_method_beside_a_control_is_clean(tmp_path: Path) -> None:
    log = run(tmp_path, generate(), max_tokens=4)
    assert ended(log, "missing_controls") is Severity.WARNING
    run(tmp_path, writes(lambda state: ""), metadata={"control": "floor"})
    assert ended(log, "missing_controls") is Severity.CLEAN


@solver
def rate(right: float = 0.0, seed: int = 0) -> Solver:
    """Right on this share of samples, spread over them; the seed decides on which."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        place = ((state.metadata["at"] + seed) * 37) % 100
        state.output = ModelOutput.from_content(MODEL, state.target.text if place < 100 * right else "nothing")
        state.store.set("model_calls", 1)
        return state

    return solve


def scored(folder: Path, share: float, kind: str | None = None, samples: list[Sample] = MANY, **given: Any) -> Path:
    metadata = {"control": kind, **given} if kind else given
    return run(folder, rate(share), match(location="exact"), samples, metadata=metadata)


def test_a_leak_control_above_chance_is_found_and_one_at_chance_is_clean(tmp_path: Path) -> None:
    finding = only(scored(tmp_path, 0.3, "leak"), "control_too_good")
    assert finding.what.startswith("rate(right=0.3) scores 30.")
    assert "chance is" in finding.what
    assert ended(scored(tmp_path, 0.0, "leak"), "control_too_good") is Severity.CLEAN
    assert ended(scored(tmp_path, 0.3, "leak", chance=0.25), "control_too_good") is Severity.CLEAN
    assert only(scored(tmp_path, 0.05, "floor"), "control_too_good").what.endswith("(without an answer)")


def test_chance_is_what_one_answer_or_one_rule_on_the_numbers_gives(tmp_path: Path) -> None:
    adding = [Sample(id=one.id, input=one.input, target=str(one.metadata["at"] + one.metadata["at"] % 7),
                     metadata=one.metadata) for one in MANY if one.metadata]  # fmt: skip
    log = scored(tmp_path, 0.3, "leak", adding)
    assert ended(log, "control_too_good") is Severity.CLEAN, "always first + second is right on every item"
    yes = [Sample(id=one.id, input="Is it so?", target="yes" if at % 3 else "no", metadata=one.metadata)
           for at, one in enumerate(MANY)]  # fmt: skip
    assert ended(scored(tmp_path, 0.7, "leak", yes), "control_too_good") is Severity.CLEAN


def test_templates_that_fall_together_widen_a_controls_interval(tmp_path: Path) -> None:
    """Six templates, of which two are right by luck: a third of 60 samples, but no third of many draws."""
    clustered = [
        Sample(id=one.id, input=one.input, target=one.target, metadata={"at": at // 10 * 25, "template": str(at // 10)})
        for at, one in enumerate(MANY)
    ]
    log = run(tmp_path, rate(0.2), match(location="exact"), clustered, metadata={"control": "leak"})
    assert {sample.metadata["template"] for sample in read_eval_log(log).samples or []} == set("012345")
    assert ended(log, "control_too_good") is Severity.CLEAN


def test_a_control_that_is_above_chance_under_every_seed_is_found(tmp_path: Path) -> None:
    """What one run leaves open, three decide: half of the templates right each time is no luck."""
    halves = [
        Sample(
            id=one.id,
            input="Which?",
            target=str(at),
            metadata={"at": at // 10 * 23, "template": str(at // 10)},
        )
        for at, one in enumerate(MANY)
    ]

    def seeded(seed: int) -> Path:
        solve = rate(0.4, seed=seed)
        return run(tmp_path, solve, match(location="exact"), halves, metadata={"control": "leak"})

    first = seeded(0)
    seeded(1)
    assert ended(first, "control_too_good") is Severity.CLEAN
    seeded(2)
    finding = only(first, "control_too_good")
    assert finding.what.endswith(" over 3 random seeds; chance is 1.7% (the commonest target)")
    assert finding.where.startswith("logs ")


def test_gold_below_a_hundred_per_cent_is_a_defect_of_the_task(tmp_path: Path) -> None:
    finding = only(scored(tmp_path, 0.98, "ceiling"), "control_too_good")
    assert finding.what == "rate(right=0.98) is wrong on 2 of 60 samples"
    assert ended(scored(tmp_path, 1.0, "ceiling"), "control_too_good") is Severity.CLEAN


def test_a_lexical_control_that_equals_the_method_is_warned_of(tmp_path: Path) -> None:
    scored(tmp_path, 0.62)
    equal = only(scored(tmp_path, 0.6, "lexical"), "control_too_good", Severity.WARNING)
    assert equal.what.startswith("rate(right=0.6) is not told from rate(right=0.62): difference ")
    assert ended(scored(tmp_path, 0.2, "lexical"), "control_too_good") is Severity.CLEAN


def test_controls_within_the_samples_are_judged_too(tmp_path: Path) -> None:
    @solver
    def paired(shuffled: bool) -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            state.output = ModelOutput.from_content(MODEL, state.target.text)
            state.store.set("prompted_by", {"controls": {"shuffled_exact": shuffled, "random_exact": False}})
            return state

        return solve

    assert only(run(tmp_path, paired(True)), "control_too_good").what.startswith(
        "control shuffled_exact comes out in 8 of 8 samples"
    )
    assert ended(run(tmp_path, paired(False)), "control_too_good") is Severity.CLEAN


@pytest.mark.parametrize(
    ("metadata", "severity"),
    [
        ({"device": "cpu", "accelerator": None, "price": {"gpu": "NVIDIA A100", "usd_per_hour": 2.1}}, Severity.FAILED),
        ({"accelerator": "NVIDIA H100 80GB HBM3", "usd_per_hour": 2.1, "price_device": "A100"}, Severity.FAILED),
        ({"accelerator": "NVIDIA H100 80GB HBM3", "usd_per_hour": 3.9, "price_device": "H100"}, Severity.CLEAN),
        ({"device": "cpu", "cpu": "EPYC", "price": {"device": "cpu", "usd_per_hour": 0.1}}, Severity.CLEAN),
        ({"device": "cpu", "usd_per_hour": 2.1}, Severity.UNCHECKED),
        ({"usd_per_hour": 2.1}, Severity.UNCHECKED),
        ({"device": "cpu"}, Severity.INAPPLICABLE),
    ],
)
def test_a_price_is_held_against_the_recorded_device(
    metadata: dict[str, Any], severity: Severity, tmp_path: Path
) -> None:
    log = run(tmp_path, writes(lambda state: "x"), samples=SUMS[:1], metadata=metadata)
    assert ended(log, "device_price") is severity


def test_one_price_for_two_devices_is_found(tmp_path: Path) -> None:
    silent = writes(lambda state: "x")
    cpu = run(tmp_path, silent, samples=SUMS[:1], metadata={"device": "cpu", "usd_per_hour": 2.1})
    run(tmp_path, silent, samples=SUMS[:1], metadata={"accelerator": "NVIDIA L4", "usd_per_hour": 2.1})
    assert only(cpu, "device_price").what == "usd_per_hour is 2.1 on cpu and on L4"


def test_a_lead_that_so_few_samples_cannot_show_is_warned_of_by_the_better_run(tmp_path: Path) -> None:
    few = MANY[:18]
    worse, better = scored(tmp_path, 0.70, samples=few), scored(tmp_path, 0.78, samples=few)
    assert ended(worse, "small_n") in (Severity.CLEAN, Severity.WARNING)
    found = [finding.what for finding in findings(better, "small_n", Severity.WARNING)]
    assert found[0].startswith("match ")
    assert "of 18 is " in found[0]
    assert "leads rate(right=0.7) by " in found[1]
    assert "18 samples mostly find " in found[1]
    assert not any("leads" in finding.what for finding in findings(worse, "small_n", Severity.WARNING))


def test_a_lead_that_the_samples_show_is_clean(tmp_path: Path) -> None:
    scored(tmp_path, 0.4)
    assert ended(scored(tmp_path, 0.8), "small_n") is Severity.CLEAN


def test_a_claim_is_held_against_the_paired_interval(tmp_path: Path) -> None:
    a = run(tmp_path, rate(0.8), match(location="exact"), MANY)

    @solver
    def other(right: float = 0.4) -> Solver:
        return rate(right)

    run(tmp_path, other(), match(location="exact"), MANY)
    shown = Claim.of("rate > other by 20")
    assert ended(a, "small_n", claims=[shown]) is Severity.CLEAN
    too_much = only(a, "small_n", claims=[Claim.of("rate > other by 60")])
    assert too_much.what.startswith("claimed: rate > other by 60; measured: +")
    edge = only(a, "small_n", Severity.WARNING, claims=[Claim.of("rate > other by 38")])
    assert "claim the lower end" in edge.mend
    with pytest.raises(ValueError, match="claim 'rate > third' is about third; these logs are of other, rate"):
        ended(a, "small_n", claims=[Claim.of("rate > third")])


def test_controls_of_this_project_are_clean(tmp_path: Path) -> None:
    solvers: list[Callable[[], Solver]] = [gold, null, regex_only]
    logs = [direct(tmp_path, solve()) for solve in solvers]
    assert all(findings(log, "control_too_good") == [] for log in logs)


def test_answers_that_are_gone_are_warned_of(tmp_path: Path) -> None:
    @scorer(metrics=[accuracy()])
    def generous(keep: bool) -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            return Score(value=1, answer=target.text if keep else None)

        return score

    gone = only(run(tmp_path, writes(lambda state: ""), generous(False)), "nothing_kept", Severity.WARNING)
    assert gone.what == "nothing is left of 8 of 8 answers that are scored as right"
    assert ended(run(tmp_path, writes(lambda state: ""), generous(True)), "nothing_kept") is Severity.CLEAN


def test_a_log_without_samples_leaves_every_question_open(tmp_path: Path) -> None:
    log = run(tmp_path, writes(lambda state: "x"), log_samples=False)
    (found,) = audit([log])
    told = {result.check: result.severity for result in found.results}
    assert told.pop("missing_controls") is Severity.WARNING, "the header tells"
    assert set(told.values()) == {Severity.UNCHECKED, Severity.INAPPLICABLE}
    aside = {result.check for result in found.ended(Severity.INAPPLICABLE)}
    assert aside == {"settings_adapter", "settings_prompt", "device_price"}, "the header tells"
    assert {finding.what for _, finding in found.found(Severity.UNCHECKED)} == {
        "the log holds no samples, only its header"
    }


def test_a_log_on_which_a_check_breaks_leaves_the_others_untouched(tmp_path: Path) -> None:
    """Another project's store may hold anything under any name."""

    @solver
    def foreign() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            for name in ("attempt", "prompted", "candidates", "controls", "adapter", "loss", "positions", "length"):
                state.store.set(name, [{"value": ["odd", None]}, 3.5, {"targets": "none"}])
            return await generate(state)

        return solve

    (found,) = audit([run(tmp_path, foreign(), max_tokens=4)])
    assert [finding.what for _, finding in found.found(Severity.FAILED)] == [
        "8 of 8 answers were cut off, 8 of them scored as wrong"
    ]
    assert not any("broke" in finding.what for _, finding in found.found(Severity.UNCHECKED))
