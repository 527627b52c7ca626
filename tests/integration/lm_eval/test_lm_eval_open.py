"""The model type `open`: its text agrees with lm-eval's own `hf`, its settings count, and what it cannot do it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from lm_eval.api.instance import Instance  # type: ignore[import-untyped]
from lm_eval.api.model import CachingLM  # type: ignore[import-untyped]
from lm_eval.api.registry import get_model  # type: ignore[import-untyped]
from lm_eval.models.huggingface import HFLM  # type: ignore[import-untyped]

from glassbox.harness.data.arithmetic.dataset import Origin, samples
from glassbox.harness.data.arithmetic.generate import generate
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.lm_eval.model import AUTO_BATCH, OpenLM

torch.set_num_threads(1)
GREEDY = {"until": ["\n"], "max_gen_toks": 24, "do_sample": False}
QUESTIONS = [problem.question for problem in generate("single", "held_out_both", 24, seed=5)]
PROMPTS = [expression_prompt(question) for question in QUESTIONS]


@pytest.fixture(scope="module")
def model() -> OpenLM:
    if "arith" not in shipped_models():
        pytest.skip("no model arith in baselines/models; `glassbox models train arith` makes it")
    return OpenLM("arith", batch_size=8, device="cpu")


@pytest.fixture(scope="module")
def hf(model: OpenLM) -> Any:
    """lm-eval's own model type on the same weights, in the same precision, adding no second BOS to rolling windows."""
    folder = str(shipped_models()["arith"])
    return HFLM(pretrained=folder, dtype="float32", device="cpu", batch_size=8, add_bos_token=False)


def requests(kind: str, arguments: list[tuple[Any, ...]], doc: dict[str, Any] | None = None) -> list[Any]:
    return [Instance(kind, doc or {}, args, index) for index, args in enumerate(arguments)]


def test_both_names_are_known_once_this_model_type_is_imported() -> None:
    assert get_model("open") is OpenLM
    assert get_model("hf") is HFLM


def test_completions_are_those_of_hf_and_do_not_depend_on_the_batch(model: OpenLM) -> None:
    asked = requests("generate_until", [(prompt, GREEDY) for prompt in PROMPTS])
    written = model.generate_until(asked, disable_tqdm=True)
    theirs = HFLM(pretrained=str(shipped_models()["arith"]), dtype="float32", device="cpu", batch_size=8)
    assert [text.strip() for text in written] == [
        text.strip() for text in theirs.generate_until(asked, disable_tqdm=True)
    ]
    assert len(set(written)) > 20
    assert OpenLM("arith", device="cpu").generate_until(asked[:3], disable_tqdm=True) == written[:3]


def test_log_probabilities_are_those_of_hf(model: OpenLM, hf: Any) -> None:
    pairs = [(prompt, f" {i} + {i + 1}") for i, prompt in enumerate(PROMPTS)]
    pairs += [("", "Add 2 and 3."), ("Take 2 and ", "3."), ("Add", " 2"), ("Give ", "2"), ("Share\n", "x\n")]
    asked = requests("loglikelihood", [("<s>" + context if context else "", rest) for context, rest in pairs])
    expected = hf.loglikelihood(asked, disable_tqdm=True)
    found = model.loglikelihood(requests("loglikelihood", pairs), disable_tqdm=True)
    assert [logprob for logprob, _ in found] == pytest.approx([logprob for logprob, _ in expected], abs=1e-3)
    assert [greedy for _, greedy in found] == [greedy for _, greedy in expected]


def test_what_the_model_writes_is_greedy_and_more_likely_than_anything_else(model: OpenLM) -> None:
    written = model.generate_until(requests("generate_until", [(prompt, GREEDY) for prompt in PROMPTS[:8]]), True)
    own = model.loglikelihood(requests("loglikelihood", list(zip(PROMPTS, written, strict=False))), True)
    other = model.loglikelihood(requests("loglikelihood", list(zip(PROMPTS, written[1:] + written[:1]))), True)  # noqa: B905
    assert [greedy for _, greedy in own] == [True] * 8
    assert [greedy for _, greedy in other] == [False] * 8
    assert all(mine > theirs for (mine, _), (theirs, _) in zip(own, other, strict=True))


def test_whole_texts_are_scored_in_windows_as_hf_does_and_a_short_one_in_one_piece(model: OpenLM, hf: Any) -> None:
    long = " ".join(QUESTIONS * 4)
    assert len(model.open.codec.ids(long)) > 2 * model.max_length
    asked = requests("loglikelihood_rolling", [(long,), ("Add 2 and 3.",), ("",)])
    found = model.loglikelihood_rolling(asked, disable_tqdm=True)
    expected = hf.loglikelihood_rolling(asked[:2], disable_tqdm=True)
    assert found[:2] == pytest.approx(expected, rel=1e-5)
    ((whole, _),) = model.loglikelihood(requests("loglikelihood", [("", "Add 2 and 3.")]), True)
    assert found[1:] == pytest.approx([whole, 0.0], abs=1e-4)


def test_stop_strings_budget_and_a_prompts_room_are_kept(model: OpenLM) -> None:
    def write(prompt: str, **settings: Any) -> str:
        (text,) = model.generate_until(requests("generate_until", [(prompt, {**GREEDY, **settings})]), True)
        return text

    whole = write(PROMPTS[0])
    assert write(PROMPTS[0], until=[" "]) == ""
    assert whole.startswith(write(PROMPTS[0], max_gen_toks=2))
    assert len(write(PROMPTS[0], max_gen_toks=2)) < len(whole)
    filler = "Add 1 and 2.\n" * 200
    ids = model.open.codec.ids(filler + PROMPTS[0])
    assert len(ids) > model.max_length
    assert model._prompt(filler + PROMPTS[0], 24) == ids[24 - model.max_length :]
    assert write(filler + PROMPTS[0]) != ""
    with pytest.raises(ValueError, match="max_gen_toks 512 leaves no room for a prompt in 512 tokens"):
        write(PROMPTS[0], max_gen_toks=512)


def test_sampling_follows_lm_evals_torch_seed(model: OpenLM) -> None:
    asked = requests("generate_until", [("Question:", {**GREEDY, "do_sample": True, "temperature": 1.5})] * 4)

    def draw(seed: int) -> list[str]:
        torch.manual_seed(seed)
        return model.generate_until(asked, disable_tqdm=True)

    assert draw(1) == draw(1) != draw(2)


def test_every_answer_reaches_lm_evals_cache_and_is_taken_from_there(tmp_path: Path) -> None:
    if "arith" not in shipped_models():
        pytest.skip("no model arith in baselines/models; `glassbox models train arith` makes it")
    model = OpenLM("arith", batch_size=2, device="cpu")
    cached = CachingLM(model, str(tmp_path / "answers.db"))
    asked = requests("generate_until", [(prompt, GREEDY) for prompt in PROMPTS[:3]])
    written = model.generate_until(asked, disable_tqdm=True)
    scored = model.loglikelihood_rolling(requests("loglikelihood_rolling", [("Add 2 and 3.",)]), True)
    assert sorted(map(str, cached.dbdict.values())) == sorted(map(str, [*written, *scored]))
    assert cached.generate_until(asked) == written
    assert len(cached.dbdict) == 4


@pytest.mark.parametrize(("solver", "semantic"), [("gold", True), ("null", False)])
def test_controls_read_the_document_and_write_its_program_or_nothing(solver: str, semantic: bool) -> None:
    if "arith" not in shipped_models():
        pytest.skip("no model arith in baselines/models; `glassbox models train arith` makes it")
    model = OpenLM("arith", solver=solver, batch_size="auto", max_batch_size=16)
    assert model.batch_size == min(16, AUTO_BATCH)
    problems = generate("chain", "held_out_both", 5)
    docs = [
        {"question": sample.input, "target": sample.target, **(sample.metadata or {})}
        for sample in samples(problems, Origin(family="chain"), "five")
    ]
    asked = [Instance("generate_until", doc, (expression_prompt(str(doc["question"])), GREEDY), 0) for doc in docs]
    assert model.generate_until(asked, True) == [doc["program"] if semantic else "" for doc in docs]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"solver": "ir_haed"},
            "solver 'ir_haed' does not run under lm-eval; one of regex_pipeline, bag_of_tokens, gold, ir_head, ",
        ),
        ({"solver": "direct"}, "solver 'direct' does not run under lm-eval"),
        ({"examples": 5}, "model argument examples is unknown; regex_pipeline takes pretrained, device and dtype"),
        ({"solver": "ir_head", "laier": 2}, "model argument laier is unknown; solver ir_head takes head, pool, layer"),
        ({"solver": "ir_head", "width": 64}, "model argument width is unknown; solver ir_head takes head, pool, layer"),
        ({"solver": "null", "seed": 1}, "model argument seed is unknown; solver null takes no settings"),
        ({"solver": "ir_head", "trust_remote_code": True}, "model argument trust_remote_code is unknown"),
        ({"batch_size": 0}, "batch_size 0 is not a batch size; give at least 1, or auto"),
        ({"pretrained": "./nowhere"}, "no folder ./nowhere"),
    ],
)
def test_a_setting_that_nothing_consumes_is_refused_in_one_line(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(")) as error:
        OpenLM(**settings)
    assert "\n" not in str(error.value)


def test_a_task_setting_that_is_not_consumed_is_refused(model: OpenLM) -> None:
    with pytest.raises(ValueError, match="does not consume num_beams; it takes until, max_gen_toks"):
        model.generate_until(requests("generate_until", [("a", {**GREEDY, "num_beams": 4})]), True)
    with pytest.raises(ValueError, match="arith has no chat template; show it its prompts as they are"):
        model.apply_chat_template([{"role": "user", "content": "a"}])


def test_ir_head_refuses_what_it_does_not_read(model: OpenLM) -> None:
    head = OpenLM("arith", solver="ir_head", device="cpu")
    with pytest.raises(ValueError, match=r"^solver ir_head writes no text, so it has no loglikelihood; use reg"):
        head.loglikelihood(requests("loglikelihood", [("a", "b")]))
    with pytest.raises(ValueError, match="it has no loglikelihood_rolling"):
        head.loglikelihood_rolling(requests("loglikelihood_rolling", [("a",)]))
    with pytest.raises(ValueError, match="reads documents of tasks/lm_eval; for one with passage use regex_pipeline"):
        head.generate_until(requests("generate_until", [("a", GREEDY)], {"passage": "a"}))
    doc = {"question": "Add 2 and 3.", "origin": Origin(family="single").model_dump()}
    with pytest.raises(ValueError, match="reads the bare question; leave out --num_fewshot"):
        head.generate_until(requests("generate_until", [("Example.\n\n" + PROMPTS[0], GREEDY)], doc))
