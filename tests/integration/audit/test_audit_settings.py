"""`settings_*`: a setting that is configured and never consumed is found, one that is consumed is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, generate, prompt_template, solver, system_message
from planted_runs import MODEL, SUMS, ended, findings, only, run, writes
from pydantic import JsonValue

from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.parts import Parts
from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.fit.artefacts import ArtefactStore, Card, address
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.tasks.ir_arith import ir_arith

BRIEF = "Write the expression that the question asks for, and write nothing beside it."
STORIES = [Sample(id=f"story-{at}", input=text, target="the end") for at, text in enumerate(
    ("Once upon a time", "Tim had a dog", "One day a girl", "The sun was", "Lily and Ben"))]  # fmt: skip


def test_a_temperature_that_no_call_has_is_found_by_both_its_values(tmp_path: Path) -> None:
    log = run_command(tmp_path, temperature=0.7, seed=3)
    finding = only(log, "settings_generation")
    assert finding.what == "temperature is set to 0.7, and all 4 calls had 0.0"
    assert ended(run_command(tmp_path, seed=3), "settings_generation") is Severity.CLEAN


def run_command(folder: Path, **settings: Any) -> Path:
    """The pipeline of this project decodes greedily whatever the run is set to: the audit must say so."""
    from inspect_ai import eval

    (log,) = eval(
        ir_arith, solver=regex_pipeline(), task_args={"n": 4}, log_dir=str(folder), display="none", **settings
    )
    return Path(log.location)


def test_settings_that_generate_passes_on_are_clean(tmp_path: Path) -> None:
    log = run(tmp_path, generate(), temperature=0.7, max_tokens=8, stop_seqs=["\n"], seed=1)
    assert ended(log, "settings_generation") is Severity.CLEAN


def test_settings_of_a_run_that_calls_no_model_are_dead(tmp_path: Path) -> None:
    log = run(tmp_path, writes(lambda state: "12 + 31"), temperature=0.7)
    assert only(log, "settings_generation").what.startswith("temperature set, and no call of the model is in the log")
    assert ended(run(tmp_path, writes(lambda state: "12 + 31")), "settings_generation") is Severity.INAPPLICABLE


@solver
def replayed(keep: bool) -> Solver:
    """Samples at every epoch, and with `keep` hands out the first epoch's text again."""
    kept: dict[object, ModelOutput] = {}

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state = await generate(state)
        if keep:
            state.output = kept.setdefault(state.sample_id, state.output)
        return state

    return solve


def test_epochs_that_are_copies_are_no_samples(shared_models: Callable[[str], Path], tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "samples": STORIES,
        "model": f"open/{shared_models('stories260K')}",
        "model_args": {"device": "cpu"},
    }
    settings: dict[str, Any] = {"epochs": 2, "temperature": 1.0, "max_tokens": 20}
    finding = only(run(tmp_path, replayed(True), **given, **settings), "settings_generation")
    assert finding.what == "all 5 samples give the same text in each of 2 epochs"
    assert ended(run(tmp_path, replayed(False), **given, **settings), "settings_generation") is Severity.CLEAN
    seeded = run(tmp_path, replayed(False), **given, **settings, seed=7)
    assert only(seeded, "settings_generation", Severity.WARNING).why.startswith("epochs under one seed are copies")


@solver
def briefed(brief: str, used: bool) -> Solver:
    """Is told a brief, and shows it to the model or does not."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if used:
            state.messages.insert(0, ChatMessageSystem(content=brief))
        return await generate(state)

    return solve


def test_a_prompt_that_reaches_no_input_is_found_by_its_words(tmp_path: Path) -> None:
    finding = only(run(tmp_path, briefed(BRIEF, False), max_tokens=8), "settings_prompt")
    assert finding.what.startswith("briefed.brief is configured, and 1 of its 1 pieces stand in none of 8 inputs")
    assert "Write the expression" in finding.what
    assert ended(run(tmp_path, briefed(BRIEF, True), max_tokens=8), "settings_prompt") is Severity.CLEAN


def test_inspects_own_prompt_solvers_are_clean_and_a_later_overwrite_is_found(tmp_path: Path) -> None:
    template = "Read this with great care.\n{prompt}\nThen write one single expression."
    steps = [system_message(BRIEF), prompt_template(template), generate()]
    assert ended(run(tmp_path, steps, max_tokens=8), "settings_prompt") is Severity.CLEAN

    @solver
    def bare() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            state.output = await get_model().generate([ChatMessageUser(content=str(state.input))])
            return state

        return solve

    found = findings(run(tmp_path, [*steps[:2], bare()], max_tokens=8), "settings_prompt")
    assert [finding.what.split(" is ")[0] for finding in found] == [
        "system_message.template",
        "prompt_template.template",
    ]


@solver
def best_of(n: int = 3, scored: str = "chosen", calls: int | None = None) -> Solver:
    """Draws candidates and chooses the longest; what is handed on to the scorer is what `scored` says.

    Each draw has its own seed and 48 tokens of room, so that no two candidates are the same text by luck.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        model, prompt = get_model(), state.messages[:1]
        drawn = [GenerateConfig(temperature=1.0, max_tokens=48, seed=at) for at in range(calls or n)]
        outputs = [await model.generate(prompt, config=config) for config in drawn]
        texts = [output.completion for output in outputs]
        assert len(set(texts)) == len(texts), "the plant needs candidates that differ"
        chosen = max(range(len(texts)), key=lambda at: (len(texts[at]), at))
        picks = {"chosen": outputs[chosen], "first": outputs[0], "other": outputs[(chosen + 1) % len(outputs)]}
        anew = ModelOutput.from_content(str(model), "something quite different")
        state.output = picks.get(scored, anew)
        state.store.set("candidates", texts)
        if scored != "first":
            state.store.set("chosen", chosen)
        return state

    return solve


def test_the_candidate_that_is_scored_must_be_the_chosen_one(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    stories = [Sample(id=f"{one.id}-{at}", input=one.input, target="x") for at in range(2) for one in STORIES]
    given: dict[str, Any] = {
        "samples": stories,
        "model": f"open/{shared_models('stories260K')}",
        "model_args": {"device": "cpu"},
    }
    assert ended(run(tmp_path, best_of(), **given), "settings_candidate") is Severity.CLEAN
    anew = only(run(tmp_path, best_of(scored="anew"), **given), "settings_candidate")
    assert anew.what == "10 of 10 scored texts are no candidate"
    other = only(run(tmp_path, best_of(scored="other"), **given), "settings_candidate")
    assert other.what == "10 of 10 scores are of another candidate"
    first = only(run(tmp_path, best_of(scored="first"), **given), "settings_candidate", Severity.WARNING)
    assert first.what == "the first candidate is scored in all 10 samples that leave a choice"
    few = findings(run(tmp_path, best_of(n=5, calls=2), **given), "settings_candidate")
    assert [finding.what for finding in few] == ["n=5, and no sample has more than 2 candidates"]


@solver
def adapted(adapter: str | None = None, records: str | None = None, suffix: str = "") -> Solver:
    """Says which adapter was active, and writes with it or without."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state = await generate(state)
        state.output.completion += suffix
        if records is not None:
            state.store.set("adapter", records)
        return state

    return solve


def test_an_adapter_that_no_sample_carries_is_found(tmp_path: Path) -> None:
    log = run(tmp_path, adapted("adapters/dual-reward", records="none"), max_tokens=8)
    assert only(log, "settings_adapter").what == (
        "solver argument adapter is dual-reward, and 8 of 8 samples record another or none"
    )
    active = run(tmp_path, adapted("adapters/dual-reward", records="dual-reward"), max_tokens=8)
    assert ended(active, "settings_adapter") is Severity.CLEAN


def test_an_adapter_that_changes_no_output_is_found_beside_the_run_without_it(tmp_path: Path) -> None:
    without = run(tmp_path, adapted(), max_tokens=8)
    same = run(tmp_path, adapted("lora-8"), max_tokens=8)
    assert only(same, "settings_adapter").what == f"every output equals that of {without.name}, which has no adapter"
    other = run(tmp_path, adapted("lora-8", suffix=" "), max_tokens=8)
    assert ended(other, "settings_adapter") is Severity.CLEAN
    alone = run(tmp_path / "alone", adapted("lora-8"), max_tokens=8)
    assert ended(alone, "settings_adapter") is Severity.UNCHECKED


def test_a_part_whose_card_has_another_adapter_is_found(tmp_path: Path) -> None:
    import torch

    def fitted(adapter: str) -> str:
        inputs: dict[str, JsonValue] = {"config": {"adapter": adapter}}
        tensors = {"a": torch.zeros(1)}
        ArtefactStore(tmp_path).save(address(inputs), tensors, Card.of(inputs, tensors, {}))
        return address(inputs)

    @solver
    def reads(artefact: str, adapter: str = "dual") -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            Attempt(artefact=artefact, model_calls=1, value=1).keep(state)
            return state

        return solve

    parts = Parts((tmp_path,))
    wrong = run(tmp_path / "logs", reads(fitted("plain")))
    assert "no card of a part in the log names it" in only(wrong, "settings_adapter", parts=parts).what
    assert ended(run(tmp_path / "logs", reads(fitted("dual"))), "settings_adapter", parts=parts) is Severity.CLEAN


def head_run(folder: Path, **given: Any) -> Path:
    arguments: dict[str, Any] = {"examples": 120, "epochs": 1, **given}
    return run_directly(
        ir_arith(n=20), ir_head(**arguments), model=MODEL, task_args={"n": 20}, solver_args=arguments, log_dir=folder
    )


def test_arguments_are_found_again_in_the_card_of_the_part_and_a_contradiction_is_named(tmp_path: Path) -> None:
    log = head_run(tmp_path, head="binned", pool="last", hidden=16, layer=0.5)
    assert findings(log, "settings_arguments") == []
    content = log.read_text(encoding="utf-8")
    relabelled = tmp_path / "relabelled.json"
    relabelled.write_text(content.replace('"head": "binned"', '"head": "digits"'), encoding="utf-8")
    assert (read_eval_log(relabelled).eval.solver_args or {})["head"] == "digits"
    finding = only(relabelled, "settings_arguments")
    assert finding.what == "head=digits was given, and the run had binned"
    assert finding.where.startswith("the card of part")


@solver
def counting(shots: int = 0, told: int = 0) -> Solver:
    """Records another number of shots than it was given."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.store.set("settings", {"shots": told})
        return await generate(state)

    return solve


def test_an_argument_that_samples_contradict_is_found_and_one_without_a_trace_is_an_open_question(
    tmp_path: Path,
) -> None:
    log = run(tmp_path, counting(shots=4, told=0), samples=SUMS[:4], max_tokens=4)
    assert only(log, "settings_arguments").what == "shots=4 was given, and the run had 0"
    open_question = only(log, "settings_arguments", Severity.UNCHECKED)
    assert open_question.what.startswith("whether told had any effect")
    agreed = run(tmp_path, counting(shots=4, told=4), samples=SUMS[:4], max_tokens=4)
    assert findings(agreed, "settings_arguments") == []


def test_a_default_prompt_for_a_case_that_never_came_is_a_warning_only(tmp_path: Path) -> None:
    @solver
    def submitting(incorrect_message: str = "Your answer was wrong; look at it again, and correct it.") -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            return await generate(state)

        return solve

    log = run(tmp_path, submitting(), samples=SUMS[:2], max_tokens=4)
    assert only(log, "settings_prompt", Severity.WARNING).what.startswith("submitting.incorrect_message is configured")
    said = run(tmp_path, submitting(), samples=SUMS[:2], max_tokens=4, metadata={"system_prompt": BRIEF})
    assert only(said, "settings_prompt").what.startswith("metadata.system_prompt is configured")
